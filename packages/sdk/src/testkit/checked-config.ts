import type { Schema, SchemaIssue } from '../schema.ts'

/** What the loader makes of `options`: the checked configuration with its defaults. @throws {TypeError} with every complaint. */
export async function checkedConfig<Config>(schema: Schema<Config>, options: unknown): Promise<Config> {
  const result = await schema['~standard'].validate(options)
  if (result.issues !== undefined) throw new TypeError(result.issues.map(sentence).join('; '))
  return result.value
}

/** `retry.firstMs: too small`. */
function sentence({ path = [], message }: SchemaIssue): string {
  const keys = path.map((step) => String(typeof step === 'object' ? step.key : step))
  return keys.length === 0 ? message : `${keys.join('.')}: ${message}`
}
