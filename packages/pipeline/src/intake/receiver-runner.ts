import type { Accept, Receiver } from '@headwatch/sdk'
import type { Supervised } from '../supervision/supervised.ts'
import { unlessAborted } from '../supervision/unless-aborted.ts'

class ListenEndedError extends Error {
  override readonly name = 'ListenEndedError'

  constructor() {
    super('the receiver stopped listening by itself')
  }
}

/** How long a receiver may take to end its connections after `signal` aborted. */
const endDeadlineMs = 5_000

/** Keeps a receiver listening until `signal` aborts, whatever it throws. */
export async function runReceiver(receiver: Supervised<Receiver>, accept: Accept, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const listening = (await receiver.get(signal)).listen(accept, signal)
      await unlessAborted(listening, signal).catch(async (error: unknown) => {
        if (!signal.aborted) throw error
        await unlessAborted(listening, AbortSignal.timeout(endDeadlineMs)).catch(() => undefined)
      })
      if (!signal.aborted) throw new ListenEndedError()
    } catch (error) {
      if (!signal.aborted) await receiver.fault(error)
    }
  }
}
