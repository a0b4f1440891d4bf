import type { Accept, Clock, Receiver } from '@headwatch/sdk'
import type { Supervised } from '../supervision/supervised.ts'
import { unlessAborted } from '../supervision/unless-aborted.ts'
import { endsSoon } from '../supervision/with-deadline.ts'

class ListenEndedError extends Error {
  override readonly name = 'ListenEndedError'

  constructor() {
    super('the receiver stopped listening by itself')
  }
}

/** A receiver that listened this long was well: its next fault is a first one again. */
const steadyMs = 60_000

/** Keeps a receiver listening until `signal` aborts, whatever it throws. */
export async function runReceiver(
  receiver: Supervised<Receiver>,
  accept: Accept,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const startedMs = clock.monotonicMs()
    let instance: Receiver | undefined
    try {
      instance = await receiver.get(signal)
      const listening = instance.listen(accept, signal)
      await unlessAborted(listening, signal).catch(async (error: unknown) => {
        if (!signal.aborted) throw error
        await endsSoon(listening, clock)
      })
      if (!signal.aborted) throw new ListenEndedError()
    } catch (error) {
      if (signal.aborted) return
      if (clock.monotonicMs() - startedMs > steadyMs) receiver.succeeded()
      await receiver.fault(error, instance)
    }
  }
}
