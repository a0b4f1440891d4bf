import { sampleRecords } from '@headwatch/protocol/testkit'
import { defineCollector, defineExporter, defineProcessor, defineReceiver } from '../../plugin.ts'
import type { Schema } from '../../schema.ts'
import { checkCollector } from '../check-collector.ts'
import { checkExporter } from '../check-exporter.ts'
import { checkProcessor } from '../check-processor.ts'
import { checkReceiver } from '../check-receiver.ts'

/*
 * Plugins that break their contract, run by `checkers.test.ts`, which knows what each checker has to say of them.
 */

const about = { summary: 'Breaks the contract of its kind.', stability: 'experimental' } as const

const anyObject: Schema<object> = {
  '~standard': {
    version: 1,
    vendor: 'by hand',
    validate: (value) =>
      typeof value === 'object' && value !== null ? { value } : { issues: [{ message: 'not an object' }] },
  },
}

/** Does not care what the source says, and invents a type. */
const careless = defineCollector({
  ...about,
  name: 'careless_collector',
  config: anyObject,
  create: (config) => ({
    async *collect() {
      if ('address' in config) throw new TypeError('no source')
      yield { type: 'poem', lines: 4 } as never
    },
  }),
})
checkCollector(careless, { peer: async () => ({ config: {} }), pointedAt: (address) => ({ address }) })

/** Hands everything over and never waits for an answer. */
const delivered: unknown[] = []
const hasty = defineExporter({
  ...about,
  name: 'hasty_exporter',
  config: anyObject,
  create: () => ({
    acknowledges: true,
    async export({ records }) {
      delivered.push(...records)
    },
  }),
})
checkExporter(hasty, {
  peer: async () => {
    delivered.length = 0
    return {
      config: {},
      received: async (count) => {
        if (delivered.length < count) throw new Error('too few')
      },
      refuse: () => undefined,
      postpone: () => undefined,
      fallSilent: () => undefined,
    }
  },
})

/** Writes into what it is given and remembers it for all of its kind. */
let seen = 0
const meddling = defineProcessor({
  ...about,
  name: 'meddling_processor',
  config: anyObject,
  create: () => ({
    process(record) {
      seen++
      if (Object.isFrozen(record)) (record as { at: number }).at = 0
      return { ...record, at: seen }
    },
  }),
})
checkProcessor(meddling, { config: {}, invalid: [{ never: 'refused' }] })

/** Says thank you before it has given anything on. */
const polite = defineReceiver({
  ...about,
  name: 'polite_receiver',
  config: anyObject,
  create: (_config, { frontDoor }) => ({
    async listen(accept, signal) {
      frontDoor?.webSocket(
        {
          path: '/in',
          maxFrameBytes: 1_000,
          accept: (socket) => ({
            onText(text) {
              socket.send('thank you')
              if (text === 'item') accept(sampleRecords().slice(0, 1)).catch(() => undefined)
            },
            onBinary: () => undefined,
            onEnd: () => undefined,
          }),
        },
        signal,
      )
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    },
  }),
})
checkReceiver(polite, {
  peer: async () => ({
    config: {},
    async connect({ frontDoor }) {
      const peer = frontDoor.connect('/in')
      if (peer === undefined) throw new Error('nobody listens')
      return {
        async send() {
          peer.send('item')
          return (await peer.next()) === 'thank you' ? 'acknowledged' : 'refused'
        },
        sendGarbage: async () => peer.send('garbage'),
      }
    },
  }),
})
