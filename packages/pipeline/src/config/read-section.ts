import type { Schema, SchemaIssue } from '@headwatch/sdk'
import type { ConfigProblem } from './config-problem.ts'
import { jsonSchemaOf } from './schema-shape.ts'
import { unknownKeys } from './unknown-keys.ts'
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
  const shape = jsonSchemaOf(schema)
  const unknown = shape === undefined ? [] : unknownKeys(shape, section, path, source)
  const result = await validated(schema, section)
  const issues = (result.issues ?? [])
    .filter((issue) => !(isAboutKeys(issue) && unknown.length > 0))
    .map((issue) => source.problem([...path, ...pathOf(issue)], issue.message))
  if (result.issues !== undefined || unknown.length > 0) return { ok: false, problems: [...unknown, ...issues] }
  return { ok: true, value: result.value }
}

/** A schema that throws instead of complaining is a complaint too. */
async function validated<T>(
  schema: Schema<T>,
  section: object,
): Promise<Awaited<ReturnType<Schema<T>['~standard']['validate']>>> {
  try {
    return await schema['~standard'].validate(section)
  } catch (error) {
    return { issues: [{ message: `cannot be checked: ${error instanceof Error ? error.message : String(error)}` }] }
  }
}

/** Zod's strict objects complain about unknown keys too, without saying which was meant. */
function isAboutKeys(issue: SchemaIssue): boolean {
  return (issue as { readonly code?: unknown }).code === 'unrecognized_keys'
}

function pathOf(issue: SchemaIssue): readonly (string | number)[] {
  return (issue.path ?? []).map((part) => {
    const key = typeof part === 'object' ? part.key : part
    return typeof key === 'number' ? key : String(key)
  })
}
