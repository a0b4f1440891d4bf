import type { FakeClock } from './fake-clock.ts'

/** How a promise ended. */
export type Settled<T> =
  | { readonly how: 'resolved'; readonly value: T }
  | { readonly how: 'rejected'; readonly thrown: unknown }

/** Real time for which a clock is run; whoever waits for sockets of this machine needs a hundredth of it. */
const patienceMs = 15_000

/** How `promise` ends. Where a clock is given it runs until then: a tenth of a second each time everything ready has run. */
export async function settled<T>(promise: PromiseLike<T>, clock?: FakeClock): Promise<Settled<T>> {
  let isOver = false
  const outcome = Promise.resolve(promise).then(
    (value): Settled<T> => ({ how: 'resolved', value }),
    (thrown: unknown): Settled<T> => ({ how: 'rejected', thrown }),
  )
  void outcome.then(() => {
    isOver = true
  })
  const giveUpAt = performance.now() + patienceMs
  while (clock !== undefined && !isOver) {
    await clock.advance(100)
    // Else a test that has timed out would keep its process busy for ever.
    if (performance.now() > giveUpAt) throw new Error(`still not settled after ${patienceMs} ms of real time`)
  }
  return outcome
}

/** The value of `promise` while the clock runs, see `settled`. */
export async function whileClockRuns<T>(clock: FakeClock, promise: PromiseLike<T>): Promise<T> {
  const outcome = await settled(promise, clock)
  if (outcome.how === 'rejected') throw outcome.thrown
  return outcome.value
}

/** Lets everything that is ready run, a few times over. */
export async function turns(count = 10): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}
