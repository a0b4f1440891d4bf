import type { Schema, SchemaIssue } from '@headwatch/sdk'
import type { ConfigProblem } from './config-problem.ts'
import { nearestName } from './nearest-name.ts'
import { keysOf } from './schema-shape.ts'
import type { YamlSource } from './yaml-source.ts'

type Path = readonly (string | number)[]

/** A section checked against its schema, or what is wrong with it. */
export type ReadSection<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly ConfigProblem[] }

/** Checks the map `value`, which stands at `path`. Keys the schema does not have are problems, with the one most likely meant. */
export async function readSection<T>(
  schema: Schema<T>,
  value: unknown,
  path: Path,
  source: YamlSource,
): Promise<ReadSection<T>> {
  const section = value ?? {}
  if (typeof section !== 'object' || Array.isArray(section))
    return { ok: false, problems: [source.problem(path, 'must be a map of keys and values')] }
  const unknown = unknownKeys(schema, section, path, source)
  const result = await schema['~standard'].validate(section)
  const issues = (result.issues ?? []).map((issue) => source.problem([...path, ...pathOf(issue)], issue.message))
  if (result.issues !== undefined || unknown.length > 0) return { ok: false, problems: [...unknown, ...issues] }
  return { ok: true, value: result.value }
}

/** Problems for the keys of `section` that are not among `known`. */
export function refuseKeys(
  section: object,
  known: readonly string[],
  path: Path,
  source: YamlSource,
): readonly ConfigProblem[] {
  return Object.keys(section)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const near = nearestName(key, known)
      const advice =
        near !== undefined
          ? `did you mean "${near}"?`
          : known.length > 0
            ? `the keys here are ${known.join(', ')}`
            : 'nothing can be set here'
      return source.problem([...path, key], `is no key that is known here; ${advice}`)
    })
}

function unknownKeys(
  schema: Schema<unknown>,
  section: object,
  path: Path,
  source: YamlSource,
): readonly ConfigProblem[] {
  const keys = keysOf(schema)
  return keys === undefined
    ? []
    : refuseKeys(
        section,
        keys.map(({ name }) => name),
        path,
        source,
      )
}

function pathOf(issue: SchemaIssue): readonly (string | number)[] {
  return (issue.path ?? []).map((part) => {
    const key = typeof part === 'object' ? part.key : part
    return typeof key === 'number' ? key : String(key)
  })
}
