import type { Plugin } from '@headwatch/sdk'
import type { NativeExporterConfig, NativeReceiverConfig } from './config.ts'
import { nativeExporter } from './exporter.ts'
import type { Carrier } from './link.ts'
import { nativeReceiver } from './receiver.ts'

export type { Carrier, Dialer, Entrance, Link, LinkListener } from './link.ts'
export { Switchboard } from './switchboard.ts'

/** The native exporter and receiver. With `inProcess` they also find each other within one program. */
export function nativePlugins(inProcess?: Carrier): {
  readonly exporter: Plugin<'exporter', NativeExporterConfig>
  readonly receiver: Plugin<'receiver', NativeReceiverConfig>
} {
  return { exporter: nativeExporter(inProcess), receiver: nativeReceiver(inProcess) }
}

/** The two between programs. */
export const { exporter: nativeExporterPlugin, receiver: nativeReceiverPlugin } = nativePlugins()
