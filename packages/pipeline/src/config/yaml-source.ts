import { type Document, isMap, isScalar, LineCounter, type Pair, parseDocument } from 'yaml'
import type { ConfigProblem } from './config-problem.ts'

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

  /** `environment` gives the values of `${NAME}`, which must be a whole value. */
  constructor(file: string, text: string, environment: Readonly<Record<string, string | undefined>>) {
    this.file = file
    if (Buffer.byteLength(text) > maxBytes) {
      this.problems = [{ file, path: '', message: `is larger than ${maxBytes} bytes, which no configuration is` }]
      return
    }
    const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: true })
    const broken = document.errors.map(
      ({ message, pos }): ConfigProblem => ({ file, path: '', message, ...this.#place(pos[0]) }),
    )
    this.#document = document
    const missing: ConfigProblem[] = []
    const plain = broken.length === 0 ? this.#plainValue(document) : undefined
    this.value = substitute(plain, environment, [], (path, name) => {
      missing.push(this.problem(path, `the environment has no variable ${name}`))
    })
    this.problems = [...broken, ...missing]
    if (broken.length === 0 && plain === undefined)
      this.problems = [{ file, path: '', message: 'its aliases are nested too deeply, or in a ring' }]
  }

  /** A problem with the value at `path`, or with the nearest thing above it that exists. */
  problem(path: Path, message: string): ConfigProblem {
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

/** `value` with `${NAME}` replaced wherever it is a whole text. */
function substitute(
  value: unknown,
  environment: Readonly<Record<string, string | undefined>>,
  path: Path,
  onMissing: (path: Path, name: string) => void,
): unknown {
  if (typeof value === 'string') {
    const name = /^\$\{(\w+)\}$/.exec(value)?.[1]
    if (name === undefined) return value
    if (environment[name] === undefined) onMissing(path, name)
    return environment[name] ?? value
  }
  if (Array.isArray(value))
    return value.map((item, index) => substitute(item, environment, [...path, index], onMissing))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, substitute(item, environment, [...path, key], onMissing)]),
  )
}
