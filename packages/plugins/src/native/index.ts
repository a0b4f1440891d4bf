import { type Plugin, RetryableError } from '@headwatch/sdk'
import type { NativeExporterConfig, NativeReceiverConfig } from './config.ts'
import { nativeExporter } from './exporter.ts'
import type { Carrier } from './link.ts'
import { nativeReceiver } from './receiver.ts'

export type { Carrier, Link, LinkListener } from './link.ts'
export { Switchboard } from './switchboard.ts'

/**
 * The native exporter and receiver over the same links: within one program they find each other through one `Switchboard`.
 */
export function nativePlugins(carrier: Carrier): {
  readonly exporter: Plugin<'exporter', NativeExporterConfig>
  readonly receiver: Plugin<'receiver', NativeReceiverConfig>
} {
  return { exporter: nativeExporter(carrier), receiver: nativeReceiver(carrier) }
}

/** The two in a program that lends no links: known and documented, and never connected. */
export const { exporter: nativeExporterWithoutLinks, receiver: nativeReceiverWithoutLinks } = nativePlugins({
  dial: () => Promise.reject(new RetryableError('this program has no links to lend')),
  listen: () => {
    throw new RetryableError('this program has no links to lend')
  },
})
