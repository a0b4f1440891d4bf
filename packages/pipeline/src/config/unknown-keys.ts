import type { ConfigProblem } from './config-problem.ts'
import { nearestName } from './nearest-name.ts'
import { type JsonSchema, keysOf } from './schema-shape.ts'
import type { YamlSource } from './yaml-source.ts'

type Path = readonly (string | number)[]

/** A problem for every key of `value`, at any depth, that `schema` does not have. Values of a wrong type are left to the schema itself. */
export function unknownKeys(
  schema: JsonSchema,
  value: unknown,
  path: Path,
  source: YamlSource,
): readonly ConfigProblem[] {
  if (Array.isArray(value))
    return value.flatMap((item, index) => unknownKeys(schema.items ?? {}, item, [...path, index], source))
  if (typeof value !== 'object' || value === null) return []
  const known = keysOf(schema)
  const here = known === undefined ? [] : refuseKeys(value, known, path, source)
  const below = Object.entries(value).flatMap(([key, part]) =>
    schema.properties !== undefined && Object.hasOwn(schema.properties, key)
      ? unknownKeys(schema.properties[key] ?? {}, part, [...path, key], source)
      : [],
  )
  return [...here, ...below]
}

/** Problems for the keys of `section` that are not among `known`, with the one most likely meant. */
export function refuseKeys(
  section: object,
  known: readonly string[],
  path: Path,
  source: YamlSource,
): readonly ConfigProblem[] {
  return Object.keys(section)
    .filter((key) => !known.includes(key))
    .map((key) => source.problem([...path, key], `is no key that is known here; ${advice(key, known)}`))
}

function advice(key: string, known: readonly string[]): string {
  const near = nearestName(key, known)
  if (near !== undefined) return `did you mean "${near}"?`
  return known.length > 0 ? `the keys here are ${known.join(', ')}` : 'nothing can be set here'
}
