import { type Clock, RetryableError } from '@headwatch/sdk'
import { unlessAborted } from './unless-aborted.ts'

/** The call took too long and ended when it was told to: the same may succeed another time. */
export class TimedOutError extends RetryableError {
  override readonly name = 'TimedOutError'

  constructor(timeoutMs: number) {
    super(`not done within ${timeoutMs} ms`)
  }
}

/** The call took too long and did not even end when it was told to: a fault of the plugin. */
export class HangsError extends Error {
  override readonly name = 'HangsError'

  constructor(timeoutMs: number) {
    super(`not done within ${timeoutMs} ms, and deaf to being told to stop`)
  }
}

/** How long a call may take to end after its signal aborted. */
const graceMs = 2_000

/**
 * Calls `work` with a signal that aborts after `timeoutMs` or with `signal`. Settles in any case: a call that hangs is left behind.
 *
 * @throws {TimedOutError} {HangsError} what `work` throws, or the reason of `signal`.
 */
export async function withDeadline<T>(
  work: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  const ending = new AbortController()
  const done = new AbortController()
  const stop = () => ending.abort(signal.reason)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  const timeout = new TimedOutError(timeoutMs)
  clock.sleep(timeoutMs, done.signal).then(
    () => ending.abort(timeout),
    () => undefined,
  )
  const call = Promise.try(work, ending.signal)
  try {
    return await unlessAborted(call, ending.signal)
  } catch (error) {
    if (error !== timeout) throw error
    throw (await endsSoon(call, clock)) ? timeout : new HangsError(timeoutMs)
  } finally {
    signal.removeEventListener('abort', stop)
    done.abort()
  }
}

/** Whether a call that was told to stop settles within the time of grace. */
export async function endsSoon(call: Promise<unknown>, clock: Clock): Promise<boolean> {
  const done = new AbortController()
  const ended = call.then(
    () => true,
    () => true,
  )
  const waited = clock.sleep(graceMs, done.signal).then(
    () => false,
    () => false,
  )
  const isOver = await Promise.race([ended, waited])
  done.abort()
  return isOver
}
