import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '@headwatch/sdk'

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, { signal })
  },
}
