import { defineProcessor, type Plugin, type Schema } from '@headwatch/sdk'
import type { NetworkState } from './network-state.ts'

const anything: Schema<unknown> = {
  '~standard': { version: 1, vendor: 'headwatch', validate: (value) => ({ value }) },
}

/** The live state as the first processor of a server's pipeline: those behind it see canonical names. */
export function networkProcessor(state: NetworkState): Plugin<'processor', unknown> {
  return defineProcessor({
    name: 'network',
    summary: 'Keeps the live state of every network.',
    stability: 'beta',
    config: anything,
    create: (_config, { clock }) => ({
      process: (record) => state.apply(record),
      tick: () => state.advance(clock.now()),
    }),
  })
}
