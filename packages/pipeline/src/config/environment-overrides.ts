import { parse } from 'yaml'
import type { ConfigProblem } from './config-problem.ts'
import { nearestName } from './nearest-name.ts'
import type { JsonSchema } from './schema-shape.ts'

/** A value that a variable of the environment, or a flag, puts in the place of what the file says. */
export interface Override {
  /** The name of the variable or flag, for problems: `HEADWATCH_RPC`, `--rpc`. */
  readonly from: string
  readonly path: readonly string[]
  readonly value: unknown
}

/** The keys below a path, as far as they are known; undefined where any key is taken. */
export type ShapeAt = (path: readonly string[]) => Promise<JsonSchema | undefined>

/**
 * Reads variables such as `HEADWATCH_EXPORTERS__ETHSTATS__CONNECT_TIMEOUT_MS`: two underscores go one level down, case and
 * single underscores do not matter. Variables without `__` are flags of the command line and not looked at.
 */
export async function environmentOverrides(
  environment: Readonly<Record<string, string | undefined>>,
  shapeAt: ShapeAt,
): Promise<{ readonly overrides: readonly Override[]; readonly problems: readonly ConfigProblem[] }> {
  const overrides: Override[] = []
  const problems: ConfigProblem[] = []
  for (const [variable, text] of Object.entries(environment).sort()) {
    const words = /^HEADWATCH_(.+__.+)$/.exec(variable)?.[1]?.split('__')
    if (words === undefined || text === undefined) continue
    const found = await follow(words, shapeAt)
    if ('message' in found) problems.push({ file: variable, path: '', message: found.message })
    else overrides.push({ from: variable, path: found.path, value: typedValue(text, found.shape) })
  }
  return { overrides, problems }
}

async function follow(
  words: readonly string[],
  shapeAt: ShapeAt,
): Promise<
  { readonly path: readonly string[]; readonly shape: JsonSchema | undefined } | { readonly message: string }
> {
  let path: readonly string[] = []
  for (const word of words) {
    const names = Object.keys((await shapeAt(path))?.properties ?? {})
    const name = names.find((candidate) => plain(candidate) === plain(word))
    if (name === undefined) return { message: noSuchKey(path, word, names) }
    path = [...path, name]
  }
  return { path, shape: await shapeAt(path) }
}

/** Text stays text; anything else is read as YAML, so that numbers and lists can be written. */
function typedValue(text: string, shape: JsonSchema | undefined): unknown {
  if (shape?.type === 'string' || shape?.enum !== undefined) return text
  try {
    return parse(text, { maxAliasCount: 0, logLevel: 'silent' }) ?? text
  } catch {
    return text
  }
}

function noSuchKey(path: readonly string[], word: string, names: readonly string[]): string {
  const near = nearestName(plain(word), names.map(plain))
  const name = names.find((candidate) => plain(candidate) === near)
  const place = path.length === 0 ? 'a configuration' : `"${path.join('.')}"`
  const advice = name === undefined ? `the keys there are ${names.join(', ') || 'none'}` : `did you mean "${name}"?`
  return `${place} has no key "${word}"; ${advice}`
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}
