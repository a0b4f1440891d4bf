import type { Schema } from '@headwatch/sdk'

/** A configuration that is what the test says. */
export function asWritten<T>(): Schema<T> {
  return { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as T }) } }
}
