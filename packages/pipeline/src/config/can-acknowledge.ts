import type { Host, Plugin } from '@headwatch/sdk'
import { systemClock } from '../system-clock.ts'

/**
 * Whether an exporter says that a resolved call means the other side owns the data. Only an instance can tell, so one is
 * made and ended again; making one touches nothing outside.
 */
export async function canAcknowledge(plugin: Plugin<'exporter'>, config: unknown): Promise<boolean> {
  const ignore = (): void => undefined
  const host: Host = {
    clock: systemClock,
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    meter: { count: ignore, set: ignore },
    self: { agent: 'unnamed', node: 'unnamed' },
  }
  try {
    const exporter = plugin.create(config, host)
    const { acknowledges } = exporter
    await exporter[Symbol.asyncDispose]?.()
    return acknowledges === true
  } catch {
    return true // What is wrong with it shows when it is started.
  }
}
