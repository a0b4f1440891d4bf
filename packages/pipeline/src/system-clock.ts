import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '@headwatch/sdk'

/** Node's timers fire at once when told to wait longer. */
const longestMs = 2 ** 31 - 1

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    for (let restMs = ms; ; restMs -= longestMs) {
      await sleep(Math.min(restMs, longestMs), undefined, { signal })
      if (restMs <= longestMs) return
    }
  },
}
