/** What survives JSON. Numbers that may pass 2^53 are decimal strings. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }

/** The JSON form of `value`: bigints become decimal strings, absent fields stay absent. `value` must be plain data. */
export function toJson(value: unknown): Json {
  if (typeof value === 'bigint') return value.toString()
  if (Array.isArray(value)) return value.map(toJson)
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, part]) => part !== undefined)
    return Object.fromEntries(entries.map(([key, part]) => [key, toJson(part)]))
  }
  return (value ?? null) as Json
}
