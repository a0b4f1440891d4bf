import type { Schema } from '@headwatch/sdk'
import { z } from 'zod'

/** One key of a configuration section, for people and for samples. */
export interface KeyDescription {
  readonly name: string
  /** `integer`, `string`, `"a" | "b"`, … */
  readonly type: string
  readonly description: string
  readonly isRequired: boolean
  readonly byDefault: unknown
}

interface JsonSchema {
  readonly type?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
}

/** The keys of a schema, in their order; undefined for schemas of other libraries than Zod, which cannot tell. */
export function keysOf(schema: Schema<unknown>): readonly KeyDescription[] | undefined {
  const json = jsonSchemaOf(schema)
  if (json?.properties === undefined) return undefined
  return Object.entries(json.properties).map(([name, property]) => ({
    name,
    type: typeText(property),
    description: property.description ?? '',
    isRequired: json.required?.includes(name) === true && property.default === undefined,
    byDefault: property.default,
  }))
}

/** JSON Schema of what an operator writes; undefined for schemas of other libraries than Zod. */
export function jsonSchemaOf(schema: Schema<unknown>): JsonSchema | undefined {
  if (!(schema instanceof z.ZodType)) return undefined
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
}

function typeText({ type, enum: values, items }: JsonSchema): string {
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(' | ')
  if (type === 'array') return `list of ${items === undefined ? 'anything' : typeText(items)}`
  return type ?? 'anything'
}
