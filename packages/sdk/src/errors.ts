export type RetryScope = 'everything' | 'this_data'

/** The same data may succeed later: the pipeline keeps it and tries again. */
export class RetryableError extends Error {
  override readonly name: string = 'RetryableError'
  readonly retryable = true
  /** Earliest next attempt, in milliseconds from now; the pipeline's own back-off when absent. */
  readonly retryAfterMs: number | undefined
  /** What cannot succeed now: `everything` when absent, or this data alone, so that all other data may go on. */
  readonly scope: RetryScope

  constructor(message: string, options: ErrorOptions & { retryAfterMs?: number; scope?: RetryScope } = {}) {
    super(message, options)
    this.retryAfterMs = options.retryAfterMs
    this.scope = options.scope ?? 'everything'
  }
}

/** The same data will never succeed: the pipeline counts it as rejected and lets it go. */
export class RejectedError extends Error {
  override readonly name: string = 'RejectedError'
  readonly retryable = false
}

/** What a thrown value asks of the pipeline. */
export type Verdict = 'retry' | 'reject' | 'fault'

/**
 * Reads the verdict from the error's `retryable` field, so that a plugin with its own copy of this package,
 * or one that threw in a worker, is still understood. Anything else is a fault of the plugin.
 */
export function verdictOf(thrown: unknown): Verdict {
  const retryable = (thrown as { retryable?: unknown } | null | undefined)?.retryable
  if (retryable === true) return 'retry'
  return retryable === false ? 'reject' : 'fault'
}

/** The thrown value's own wish for the next attempt, in milliseconds; undefined when it has none. */
export function retryAfterOf(thrown: unknown): number | undefined {
  const wish = (thrown as { retryAfterMs?: unknown } | null | undefined)?.retryAfterMs
  return typeof wish === 'number' && Number.isFinite(wish) && wish >= 0 ? wish : undefined
}

/** Whether a thrown value asks for a repeat of this data and says nothing of any other. */
export function concernsThisDataOnly(thrown: unknown): boolean {
  const { retryable, scope } = (thrown ?? {}) as { retryable?: unknown; scope?: unknown }
  return retryable === true && scope === 'this_data'
}
