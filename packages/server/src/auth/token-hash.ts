import { hash, timingSafeEqual } from 'node:crypto'

const form = /^sha256:([0-9a-f]{64})$/

/** `sha256:` and the hash, as it stands in files. */
export function hashToken(token: string): string {
  return `sha256:${hash('sha256', token)}`
}

/** A hash as it stands in a file; undefined where the text has another form. */
export function readTokenHash(text: string): string | undefined {
  const lower = text.trim().toLowerCase()
  return form.test(lower) ? lower : undefined
}

/** Whether the token has that hash. Takes the same time wherever they differ. */
export function matchesHash(token: string, expected: string): boolean {
  const own = Buffer.from(hashToken(token))
  const other = Buffer.from(expected)
  return own.length === other.length && timingSafeEqual(own, other)
}
