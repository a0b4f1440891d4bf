import type { Schema } from '@headwatch/sdk'

/** The part of JSON Schema that configuration schemas come to. */
export interface JsonSchema {
  readonly type?: string
  readonly format?: string
  readonly pattern?: string
  readonly description?: string
  readonly default?: unknown
  readonly examples?: readonly unknown[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
}

/** JSON Schema of what an operator writes; undefined for schemas that cannot tell (Standard JSON Schema v1 is how they can). */
export function jsonSchemaOf(schema: Schema<unknown>): JsonSchema | undefined {
  const { jsonSchema } = schema['~standard'] as {
    readonly jsonSchema?: { input?(options: { target: string }): JsonSchema }
  }
  try {
    return jsonSchema?.input?.({ target: 'draft-2020-12' })
  } catch {
    return undefined // A part of it has no form in JSON Schema.
  }
}

/** The keys of a map that are known; undefined where any key is. */
export function keysOf({ properties, additionalProperties }: JsonSchema): readonly string[] | undefined {
  const isClosed = additionalProperties === undefined || additionalProperties === false
  return properties !== undefined && isClosed ? Object.keys(properties) : undefined
}

/** What a value may be, for people: `integer from 100 to 60000`, `"a" or "b"`, `list of text`. */
export function typeText(schema: JsonSchema): string {
  const choices = schema.enum ?? (schema.const === undefined ? undefined : [schema.const])
  if (choices !== undefined) return choices.map((choice) => JSON.stringify(choice)).join(' or ')
  const branches = schema.anyOf ?? schema.oneOf
  if (branches !== undefined) return branches.map(typeText).join(' or ')
  return typeTexts[schema.type ?? '']?.(schema) ?? 'anything'
}

const typeTexts: Readonly<Record<string, (schema: JsonSchema) => string>> = {
  array: ({ items }) => `list of ${typeText(items ?? {})}`,
  integer: (schema) => `integer${rangeText(schema)}`,
  number: (schema) => `number${rangeText(schema)}`,
  string: ({ format }) => (format === 'uri' ? 'URL' : 'text'),
  boolean: () => 'true or false',
  object: () => 'map',
}

function rangeText({ minimum, maximum }: JsonSchema): string {
  const from = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? undefined : minimum
  const to = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum
  if (from === undefined) return to === undefined ? '' : ` up to ${to}`
  return to === undefined ? ` from ${from}` : ` from ${from} to ${to}`
}
