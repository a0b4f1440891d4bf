import type { Telemetry } from '@headwatch/protocol'
import { type Accept, type Collector, retryAfterOf, verdictOf } from '@headwatch/sdk'
import { backOffMs } from '../delivery/back-off.ts'
import type { CollectorSettings } from '../settings.ts'
import { messageOf, type Supervised, type SupervisionParts } from '../supervision/supervised.ts'
import { pullItems } from './pull-items.ts'
import { nextRoundMs, phaseMs } from './round-times.ts'

/**
 * Runs a collector once an interval until `signal` aborts. It never runs beside itself; a round that is still running
 * when the next is due swallows it. The first round begins at once, the others at a moment of the interval that is
 * this agent's and this collector's own, so that many agents do not all read and send in the same second.
 */
export async function runCollector(
  collector: Supervised<Collector>,
  settings: CollectorSettings,
  agent: string,
  accept: Accept,
  parts: SupervisionParts,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = parts
  const { everyMs, roundTimeoutMs } = settings
  const report = failureReporter(collector, parts)
  const phase = phaseMs(`${agent}/${collector.name}`, everyMs)
  const handOn = (items: readonly Telemetry[]) => handOver(items, accept, collector.name, parts, signal)
  while (!signal.aborted) {
    const startedMs = clock.monotonicMs()
    let instance: Collector | undefined
    let error: unknown
    try {
      instance = await collector.get(signal)
      const round = instance
      await pullItems((stop) => round.collect(stop), handOn, { idleMs: roundTimeoutMs, clock }, signal)
    } catch (thrown) {
      error = thrown ?? new Error('nothing was thrown')
    }
    if (signal.aborted) return
    await report(error, instance)
    const waitMs = nextRoundMs({ everyMs, phase, now: clock.now(), sinceStartMs: clock.monotonicMs() - startedMs })
    await clock.sleep(waitMs, signal).catch(() => undefined)
  }
}

/** Holds items until the pipeline takes them: while it does, the collector is not asked for more. */
async function handOver(
  items: readonly Telemetry[],
  accept: Accept,
  name: string,
  { clock, meter, logger }: SupervisionParts,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; ; failures++) {
    const error = await refusal(accept(items))
    if (error === undefined) return
    if (signal.aborted) return meter.count('headwatch_dropped_total', items.length, { at: name, reason: 'shutdown' })
    if (failures === 3)
      logger.warn('a pipeline does not take what a collector reads', { collector: name, reason: messageOf(error) })
    const waitMs = Math.max(retryAfterOf(error) ?? 0, backOffMs(failures, 100, 5_000))
    await clock.sleep(waitMs, signal).catch(() => undefined)
  }
}

/** Why something was not taken and is to be offered again; undefined when it is done with. @throws a fault. */
async function refusal(accepted: Promise<void>): Promise<unknown> {
  try {
    await accepted
    return undefined
  } catch (error) {
    switch (verdictOf(error)) {
      case 'retry':
        return error
      case 'reject':
        return undefined
      case 'fault':
        throw error
    }
  }
}

/** Says once that a source is away and once that it is back; a fault restarts the collector. */
function failureReporter(
  collector: Supervised<Collector>,
  { logger, meter }: SupervisionParts,
): (error: unknown, instance: Collector | undefined) => Promise<void> {
  let wasAway = false
  return async (error, instance) => {
    if (error === undefined) {
      collector.succeeded()
      if (wasAway) logger.info('a collector works again', { collector: collector.name })
      wasAway = false
      return
    }
    meter.count('headwatch_collect_failures_total', 1, { collector: collector.name })
    if (verdictOf(error) === 'fault') await collector.fault(error, instance)
    else if (!wasAway)
      logger.warn('a collector cannot read its source; it tries again every interval', {
        collector: collector.name,
        reason: messageOf(error),
      })
    wasAway = true
  }
}
