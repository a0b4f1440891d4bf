import { ApiError } from './api-error.ts'

/** Where a page of a list ended: the key of its last item. Opaque to clients. */
function writeCursor(lastKey: string): string {
  return Buffer.from(JSON.stringify({ after: lastKey })).toString('base64url')
}

/** @throws {ApiError} 400 when it is not one of ours. */
export function readCursor(cursor: string): string {
  try {
    const { after } = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as { after?: unknown }
    if (typeof after === 'string') return after
  } catch {
    // Falls through to the one refusal below.
  }
  throw new ApiError(400, 'bad_cursor', 'The cursor is not one this server gave out; ask again without it.')
}

/** The page of `items` behind the item `after`, which may be gone: then the page begins at the start. */
export function pageOf<T>(items: readonly T[], keyOf: (item: T) => string, limit: number, after?: string) {
  const start = after === undefined ? 0 : items.findIndex((item) => keyOf(item) === after) + 1
  const page = items.slice(start, start + limit)
  const last = page.at(-1)
  const next = last !== undefined && start + limit < items.length ? { next: writeCursor(keyOf(last)) } : {}
  return { items: page, total: items.length, ...next }
}
