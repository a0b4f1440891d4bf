import { type Accept, type Collector, verdictOf } from '@headwatch/sdk'
import type { CollectorSettings } from '../settings.ts'
import { messageOf, type Supervised, type SupervisionParts } from '../supervision/supervised.ts'
import { unlessAborted } from '../supervision/unless-aborted.ts'

/**
 * Runs a collector once an interval until `signal` aborts. It never runs beside itself; an interval that is still
 * running when the next is due swallows it. The first round begins at once.
 */
export async function runCollector(
  collector: Supervised<Collector>,
  settings: CollectorSettings,
  accept: Accept,
  parts: SupervisionParts,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = parts
  const report = failureReporter(collector, parts)
  let dueMs = clock.monotonicMs()
  while (!signal.aborted) {
    const error = await attempt(async () => runRound(await collector.get(signal), settings, accept, parts, signal))
    if (signal.aborted) return
    await report(error)
    const lateMs = clock.monotonicMs() - dueMs
    dueMs += settings.everyMs * Math.max(1, Math.ceil(lateMs / settings.everyMs))
    await clock.sleep(Math.max(0, dueMs - clock.monotonicMs()), signal).catch(() => undefined)
  }
}

async function attempt(work: () => Promise<void>): Promise<unknown> {
  try {
    await work()
    return undefined
  } catch (error) {
    return error ?? new Error('nothing was thrown')
  }
}

/** Says once that a source is away and once that it is back; a fault restarts the collector. */
function failureReporter(
  collector: Supervised<Collector>,
  { logger, meter }: SupervisionParts,
): (error: unknown) => Promise<void> {
  let wasAway = false
  return async (error) => {
    if (error === undefined) {
      collector.succeeded()
      if (wasAway) logger.info('a collector works again', { collector: collector.name })
      wasAway = false
      return
    }
    meter.count('headwatch_collect_failures_total', 1, { collector: collector.name })
    if (verdictOf(error) === 'fault') await collector.fault(error)
    else if (!wasAway)
      logger.warn('a collector cannot read its source; it tries again every interval', {
        collector: collector.name,
        reason: messageOf(error),
      })
    wasAway = true
  }
}

class RoundTimedOutError extends Error {
  override readonly name = 'RoundTimedOutError'

  constructor(timeoutMs: number) {
    super(`the round did not end within ${timeoutMs} ms`)
  }
}

/** One round with its deadline. Readings yielded before a throw are kept. A collector that ignores its signal is left behind. */
async function runRound(
  collector: Collector,
  settings: CollectorSettings,
  accept: Accept,
  { clock }: SupervisionParts,
  signal: AbortSignal,
): Promise<void> {
  const round = new AbortController()
  const ended = new AbortController()
  const stop = () => round.abort(signal.reason)
  signal.addEventListener('abort', stop, { once: true })
  clock.sleep(settings.roundTimeoutMs, ended.signal).then(
    () => round.abort(new RoundTimedOutError(settings.roundTimeoutMs)),
    () => undefined,
  )
  try {
    await unlessAborted(pull(collector, accept, round.signal), round.signal)
  } finally {
    ended.abort()
    signal.removeEventListener('abort', stop)
  }
}

async function pull(collector: Collector, accept: Accept, signal: AbortSignal): Promise<void> {
  for await (const item of collector.collect(signal)) {
    await accept([item])
    if (signal.aborted) return
  }
}
