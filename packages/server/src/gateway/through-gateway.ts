import { randomUUID } from 'node:crypto'
import type { Clock, Meter, Plugin } from '@headwatch/sdk'
import { coreSink } from './core-sink.ts'
import { Gateway, type GatewayOptions } from './gateway.ts'

/**
 * The receiver `plugin` behind a gateway of its own in this process: what it accepts reaches the pipeline in handovers,
 * as it would from a gateway process. Each time it listens is a gateway's life of its own: new numbers, and nothing left of the life before.
 */
export function throughGateway<Config>(
  plugin: Plugin<'receiver', Config>,
  options: Omit<GatewayOptions, 'agent' | 'epoch'>,
  parts: { readonly clock: Clock; readonly meter: Meter },
): Plugin<'receiver', Config> {
  return {
    ...plugin,
    create: (config, host) => {
      const receiver = plugin.create(config, host)
      return {
        async listen(accept, signal) {
          const own = { agent: host.self.agent, epoch: randomUUID() }
          const gateway = new Gateway({ ...options, ...own }, coreSink(accept, options.maxRecords), parts)
          const life = new AbortController()
          try {
            await receiver.listen(gateway.accept, AbortSignal.any([signal, life.signal]))
          } finally {
            life.abort()
            await gateway.close(AbortSignal.timeout(2_000))
          }
        },
        [Symbol.asyncDispose]: async () => (receiver as Partial<AsyncDisposable>)[Symbol.asyncDispose]?.(),
      }
    },
  }
}
