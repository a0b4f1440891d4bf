const secretKey = /token|secret|passw|authorization|credential|api_?key/i
const urlCredentials = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#@]*@/gi
const blank = '[redacted]'
const maxDepth = 5
const maxEntries = 100

/**
 * The fields as they may be written: values under keys that sound like secrets are blanked at any depth, and so are
 * credentials in URLs, in errors too. Deep and long values are cut. Never throws; the argument is not changed.
 */
export function redacted(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return objectOf(fields, 0)
}

/** A text without the credentials of the URLs in it. */
export function redactedText(text: string): string {
  return text.replace(urlCredentials, `$1${blank}@`)
}

function writable(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return redactedText(value)
    case 'bigint':
      return String(value)
    case 'function':
    case 'symbol':
      return undefined
    case 'object':
      return value === null ? null : insideOf(value, depth)
    default:
      return value
  }
}

function insideOf(value: object, depth: number): unknown {
  if (value instanceof Error) return errorOf(value, depth)
  if (depth >= maxDepth) return '[deeper]'
  if (Array.isArray(value)) return value.slice(0, maxEntries).map((item) => writable(item, depth + 1))
  return objectOf(value as Record<string, unknown>, depth + 1)
}

function objectOf(object: Readonly<Record<string, unknown>>, depth: number): Record<string, unknown> {
  const entries = Object.entries(object).slice(0, maxEntries)
  return Object.fromEntries(entries.map(([key, value]) => [key, secretKey.test(key) ? blank : writable(value, depth)]))
}

function errorOf({ name, message, stack, cause }: Error, depth: number): Record<string, unknown> {
  return {
    name,
    message: redactedText(message),
    ...(stack !== undefined && { stack: redactedText(stack) }),
    ...(cause !== undefined && depth < maxDepth && { cause: writable(cause, depth + 1) }),
  }
}
