import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Meter } from '@headwatch/sdk'

/** Reads this process: memory, CPU, and how late its event loop is. Dispose it to stop measuring. */
export function processProbe(): { readonly read: (meter: Meter) => void } & Disposable {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const read = (meter: Meter): void => {
    const { user, system } = process.cpuUsage()
    meter.set('headwatch_process_resident_memory_bytes', process.memoryUsage.rss())
    meter.set('headwatch_process_cpu_seconds_total', (user + system) / 1e6)
    meter.set('headwatch_event_loop_delay_p99_seconds', delay.percentile(99) / 1e9)
    meter.set('headwatch_event_loop_delay_max_seconds', delay.max / 1e9)
    delay.reset()
  }
  return { read, [Symbol.dispose]: () => void delay.disable() }
}
