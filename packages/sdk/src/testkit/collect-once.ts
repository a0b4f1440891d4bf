import type { Telemetry } from '@headwatch/protocol'
import type { Host } from '../host.ts'
import type { Plugin } from '../plugin.ts'
import { checkedConfig } from './checked-config.ts'
import { fakeHost } from './fake-host.ts'

/** Checks `options` against the plugin's schema, runs one interval, disposes, and returns what it yielded. */
export async function collectOnce<Config>(
  plugin: Plugin<'collector', Config>,
  options: unknown,
  {
    host = fakeHost(),
    signal = new AbortController().signal,
  }: { readonly host?: Host; readonly signal?: AbortSignal } = {},
): Promise<Telemetry[]> {
  const collector = plugin.create(await checkedConfig(plugin.config, options), host)
  try {
    return await Array.fromAsync(collector.collect(signal))
  } finally {
    await collector[Symbol.asyncDispose]?.()
  }
}
