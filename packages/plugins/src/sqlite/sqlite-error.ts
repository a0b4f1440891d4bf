/** SQLite's own result code, without its extension; undefined for errors of another kind. */
function codeOf(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null | undefined)?.errcode
  return typeof code === 'number' ? code & 0xff : undefined
}

const corrupt = 11
const notADatabase = 26

/** Whether the file itself is broken, not the disk or its rights. A row that cannot be decoded counts. */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error)
  if (code !== undefined) return code === corrupt || code === notADatabase
  return error instanceof SyntaxError || error instanceof RangeError
}

/** Whether the file is not there (any more). */
export function isGone(error: unknown): boolean {
  return codeOf(error) === 14
}

const sentences: Readonly<Record<number, string>> = {
  5: 'the database is locked by another program',
  8: 'the folder cannot be written',
  10: 'the disk reports an error',
  11: 'the file is damaged',
  13: 'the disk is full',
  14: 'a file cannot be opened',
  26: 'the file is not a database',
}

/** What went wrong, for people. */
export function sentenceOf(error: unknown): string {
  const code = codeOf(error)
  if (code !== undefined && sentences[code] !== undefined) return sentences[code]
  const system = (error as { code?: unknown } | null | undefined)?.code
  if (system === 'ENOSPC') return 'the disk is full'
  if (system === 'EACCES' || system === 'EPERM' || system === 'EROFS') return 'the folder cannot be written'
  return error instanceof Error ? error.message : String(error)
}
