const sentences: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EIO: 'the disk reports an error',
  EROFS: 'the disk is read-only',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  EMFILE: 'this process has no file handles left',
  ENFILE: 'this machine has no file handles left',
  ENOENT: 'it is gone',
  ENOTDIR: 'it is not a folder',
}

/** The system's code for what went wrong; undefined where it is something else. */
export function errorCodeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : undefined
}

/** Whether room is all that is missing. */
export function isDiskFull(error: unknown): boolean {
  const code = errorCodeOf(error)
  return code === 'ENOSPC' || code === 'EDQUOT'
}

/** What is wrong with a queue's folder, as a sentence. */
export function diskProblem(folder: string, error: unknown, done: 'written' | 'opened' = 'written'): string {
  const reason = sentences[errorCodeOf(error) ?? ''] ?? (error instanceof Error ? error.message : String(error))
  return `the queue in ${folder} cannot be ${done}: ${reason}`
}
