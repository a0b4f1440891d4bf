/** Exit codes: 0 fine, 1 something failed while running, 2 what was asked for cannot be done as it was asked. */
export const exitCode = { failed: 1, misused: 2 } as const

/** Ends the command with one clear sentence instead of a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What to tell the user of anything that was thrown; stacks are for what is our own fault. */
export function complaint(thrown: unknown): { readonly text: string; readonly code: number } {
  if (!(thrown instanceof Error)) return { text: String(thrown), code: exitCode.failed }
  const isTheirs =
    thrown instanceof UsageError ||
    thrown.name === 'ConfigError' ||
    (thrown as { retryable?: unknown }).retryable === false
  return isTheirs
    ? { text: thrown.message, code: exitCode.misused }
    : { text: thrown.stack ?? thrown.message, code: exitCode.failed }
}
