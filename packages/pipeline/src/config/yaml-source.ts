import { type Document, isMap, isScalar, LineCounter, type Pair, parseDocument } from 'yaml'
import type { ConfigProblem } from './config-problem.ts'
import type { Override } from './environment-overrides.ts'

type Path = readonly (string | number)[]

const maxBytes = 1_048_576

/** A YAML text that knows where each of its keys stands. Reading never throws: what is wrong is in `problems`. */
export class YamlSource {
  readonly file: string
  readonly problems: readonly ConfigProblem[]
  /** Plain data: maps, lists and scalars. */
  readonly value: unknown
  readonly #document: Document | undefined
  readonly #lines = new LineCounter()
  readonly #overrides: readonly Override[]

  /** Problems with what `overrides` changed name the variable or flag instead of a line. */
  constructor(file: string, text: string, overrides: readonly Override[] = []) {
    this.file = file
    this.#overrides = overrides
    if (Buffer.byteLength(text) > maxBytes) {
      this.problems = [{ file, path: '', message: `is larger than ${maxBytes} bytes, which no configuration is` }]
      return
    }
    const options = { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: true, logLevel: 'error' } as const
    const document = parseDocument(text, options)
    this.#document = document
    const broken = [...document.errors, ...document.warnings].map(
      ({ message, pos }): ConfigProblem => ({ file, path: '', message, ...this.#place(pos[0]) }),
    )
    this.value = broken.length === 0 ? this.#plainValue(document) : undefined
    const isTangled = broken.length === 0 && this.value === undefined
    this.problems = isTangled
      ? [{ file, path: '', message: 'its aliases are nested too deeply, or in a ring' }]
      : broken
  }

  /** A problem with the value at `path`, or with the nearest thing above it that exists. */
  problem(path: Path, message: string): ConfigProblem {
    const override = this.#overrides.findLast((each) => each.path.every((key, index) => key === path[index]))
    if (override !== undefined) return { file: override.from, path: path.join('.'), message }
    return { file: this.file, path: path.join('.'), message, ...this.#placeOf(path) }
  }

  #plainValue(document: Document): unknown {
    try {
      const value: unknown = document.toJS({ maxAliasCount: 100 }) ?? {}
      JSON.stringify(value) // An alias of itself makes a ring, which no reader here could walk.
      return value
    } catch {
      return undefined
    }
  }

  #placeOf(path: Path): { line: number; column: number } | undefined {
    for (let length = path.length; length > 0; length--) {
      const offset = this.#keyOffset(path.slice(0, length))
      if (offset !== undefined) return this.#place(offset)
    }
    return undefined
  }

  #keyOffset(path: Path): number | undefined {
    const key = path.at(-1)
    const parent = path.length === 1 ? this.#document?.contents : this.#document?.getIn(path.slice(0, -1), true)
    if (isMap(parent)) {
      const pair = parent.items.find((item: Pair) => isScalar(item.key) && item.key.value === key)
      return isScalar(pair?.key) ? pair.key.range?.[0] : undefined
    }
    const node = this.#document?.getIn(path, true)
    return isScalar(node) || isMap(node) ? node.range?.[0] : undefined
  }

  #place(offset: number): { line: number; column: number } {
    const { line, col } = this.#lines.linePos(offset)
    return { line, column: col }
  }
}

/** `root` with the overrides in their places; maps on the way to them are made where there are none. */
export function withOverrides(
  root: Readonly<Record<string, unknown>>,
  overrides: readonly Override[],
): Record<string, unknown> {
  return overrides.reduce((before, { path, value }) => withValue(before, path, value) as Record<string, unknown>, {
    ...root,
  })
}

function withValue(container: unknown, [key, ...below]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  const map = typeof container === 'object' && container !== null && !Array.isArray(container) ? container : {}
  return { ...map, [key]: withValue((map as Record<string, unknown>)[key], below, value) }
}
