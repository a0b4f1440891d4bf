import { setTimeout as sleep } from 'node:timers/promises'
import {
  defineCollector,
  defineExporter,
  defineProcessor,
  defineReceiver,
  defineStore,
  RejectedError,
  RetryableError,
  verdictOf,
} from '@headwatch/sdk'
import { modelStore } from '@headwatch/sdk/testkit'
import { z } from 'zod'

/*
 * Plugins for the tests beside this file, one of each kind, which do in their worker what their configuration says.
 */

const about = { summary: 'For tests.', stability: 'experimental' as const }

const never = new Promise<never>(() => undefined)

/** How a plugin can end its own thread. */
const deaths = {
  exit: () => process.exit(3),
  throw: () => {
    setImmediate(() => {
      throw new Error('thrown outside every call')
    })
    return never
  },
  memory: () => {
    const hoard: unknown[] = []
    for (;;) hoard.push(new Array(100_000).fill(hoard.length))
  },
  hang: () => {
    for (;;);
  },
}

const death = z.enum(['exit', 'throw', 'memory', 'hang'])

export const count = defineCollector({
  ...about,
  name: 'count',
  config: z.object({ upTo: z.coerce.number(), end: z.enum(['retry', 'wait']).or(death).optional() }),
  create: ({ upTo, end }, { logger, meter, self, clock }) => ({
    async *collect(signal) {
      for (let value = 0; value < upTo; value++) {
        meter.count('counted_total', 2, { agent: self.agent })
        yield { type: 'metrics', readings: { value: BigInt(value) } }
      }
      logger.info('counted', { upTo })
      if (end === 'retry') throw new RetryableError('nothing left', { retryAfterMs: 1_234 })
      if (end === 'wait') await clock.sleep(60_000, signal)
      else if (end !== undefined) await deaths[end]()
    },
  }),
})

/** Offers one item, and then, as telemetry, what became of it; knocks on the door in between. */
export const offer = defineReceiver({
  ...about,
  name: 'offer',
  config: z.object({ end: death.optional() }),
  create: ({ end }, { admission, storedRanges }) => ({
    async listen(accept, signal) {
      const source = { agent: 'a', stream: 'main', epoch: 'e' }
      const stored = await storedRanges(source, signal)
      const knock = { agent: 'a', credential: 'c', address: '192.0.2.1', protocol: 'native' }
      const verdict = admission.admit(knock)
      const outcome = await accept([{ type: 'log', severity: 6, application: 'offer', message: 'first' }], {
        source,
        lane: 'live',
        first: 7n,
      }).then(() => 'taken', verdictOf)
      await accept.gap({ source, first: 8n, last: 9n, reason: 'lost' })
      const message = `${outcome}, ${verdict.admitted ? 'inside' : verdict.reason}, ${stored.length} stored`
      await accept([{ type: 'log', severity: 6, application: 'offer', message }])
      if (end !== undefined) await deaths[end]()
      await sleep(60_000, undefined, { signal }).catch(() => undefined)
      if (verdict.admitted) verdict.leave()
    },
  }),
})

/** Drops logs, marks metrics, adds a log for each node report; hangs or throws over blocks and alarms. */
export const sieve = defineProcessor({
  ...about,
  name: 'sieve',
  config: z.object({}),
  create: () => ({
    process(record, emit) {
      if (record.type === 'log') return undefined
      if (record.type === 'block_timing') return deaths.hang()
      if (record.type === 'alarm') throw new TypeError('alarms are too much')
      if (record.type === 'node') emit({ type: 'log', severity: 6, application: 'sieve', message: 'a node' })
      return record.type === 'metrics' ? { ...record, labels: { seen: 'yes' } } : record
    },
    tick: (emit) => emit({ type: 'log', severity: 6, application: 'sieve', message: 'tick' }),
  }),
})

export const judge = defineExporter({
  ...about,
  name: 'judge',
  config: z.object({}),
  create: () => ({
    inFlight: 3,
    acknowledges: true,
    async export({ first, records }, signal) {
      if (first === 1n) throw new RetryableError('later', { retryAfterMs: 50 })
      if (first === 2n) throw new RejectedError('never')
      if (first === 3n) await sleep(60_000, undefined, { signal })
      if (first === 4n) deaths.exit()
      return records.length > 1 ? { rejected: [{ index: 0, reason: 'poison' }], kept: [1] } : undefined
    },
  }),
})

/** The plain model. A batch of the agent `poison` ends the worker. */
export const model = defineStore({
  ...about,
  name: 'model',
  config: z.object({}),
  create: () => {
    const store = modelStore()
    return {
      ...store,
      append: (batches, gaps, signal) => {
        if (batches.some(({ source }) => source.agent === 'poison')) deaths.exit()
        return store.append(batches, gaps, signal)
      },
    }
  },
})
