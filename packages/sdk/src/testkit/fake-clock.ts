import type { Clock } from '../host.ts'

/** A clock that only moves when told to. */
export interface FakeClock extends Clock {
  /** Moves both clocks on, waking sleepers in order and letting each do what it can before the next wakes. */
  advance(ms: number): Promise<void>
  /** Moves the wall clock alone, in either direction, as an operator or NTP does. Wakes nobody. */
  jump(ms: number): void
  /** How many sleep now. */
  readonly sleepers: number
}

interface Sleeper {
  readonly dueMs: number
  readonly wake: () => void
}

export function fakeClock(startAt = 1_700_000_000_000): FakeClock {
  const sleeping = new Set<Sleeper>()
  let wall = startAt
  let monotonic = 0

  function moveTo(dueMs: number): void {
    wall += dueMs - monotonic
    monotonic = dueMs
  }

  return {
    now: () => wall,
    monotonicMs: () => monotonic,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        const leave = (): void => {
          sleeping.delete(sleeper)
          signal?.removeEventListener('abort', abort)
        }
        const abort = (): void => {
          leave()
          reject(signal?.reason)
        }
        const wake = (): void => {
          leave()
          resolve()
        }
        const sleeper = { dueMs: monotonic + Math.max(0, ms), wake }
        sleeping.add(sleeper)
        signal?.addEventListener('abort', abort)
      }),
    async advance(ms) {
      const end = monotonic + ms
      await turn()
      for (;;) {
        const next = earliest(sleeping)
        if (next === undefined || next.dueMs > end) break
        moveTo(next.dueMs)
        next.wake()
        await turn()
      }
      moveTo(end)
      await turn()
    },
    jump(ms) {
      wall += ms
    },
    get sleepers() {
      return sleeping.size
    },
  }
}

/** The first of those due first: who slept earlier wakes earlier. */
function earliest(sleeping: ReadonlySet<Sleeper>): Sleeper | undefined {
  let found: Sleeper | undefined
  for (const sleeper of sleeping) if (found === undefined || sleeper.dueMs < found.dueMs) found = sleeper
  return found
}

/** Lets everything that is ready run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
