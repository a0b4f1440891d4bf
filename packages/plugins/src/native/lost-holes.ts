import { maxRanges, openParts } from '@headwatch/protocol'
import type { Clock, ReceiverHost } from '@headwatch/sdk'
import { type HandOverParts, handOverGap, type NumberedRun } from './hand-over.ts'

export interface LostHolesParts extends HandOverParts {
  readonly clock: Clock
  readonly storedRanges: ReceiverHost['storedRanges']
  /** Aborts with the connection. */
  readonly signal: AbortSignal
}

/** A part of a frame that is not owned after this long may be one that waits for a hole to be filled. */
const lookAfterMs = 5_000

/**
 * Watches what a relay passed on until `owned` settles. A store takes no more of a source of which it has many runs until a hole
 * between them is closed, and some holes nobody will fill: what a relay lost because its queue was full or damaged, it
 * cannot name any more. Of such a source the lowest hole is declared lost, though only when the relay has nothing older than
 * this frame left to send. Never throws.
 */
export async function closeLostHoles(
  frame: NumberedRun,
  passedOn: readonly NumberedRun[],
  owned: Promise<unknown>,
  parts: LostHolesParts,
): Promise<void> {
  const over = new AbortController()
  void owned.finally(() => over.abort())
  const signal = AbortSignal.any([over.signal, parts.signal])
  while (!signal.aborted) {
    await parts.clock.sleep(lookAfterMs, signal).catch(() => undefined)
    if (signal.aborted) return
    try {
      if (await hasOlder(frame, parts)) continue
      for (const run of passedOn) await closeLowestHole(run, parts)
    } catch {
      // The store cannot tell now; it is asked again.
    }
  }
}

/** Whether anything that the relay numbered before this frame is still to come. */
async function hasOlder({ source, first }: NumberedRun, { storedRanges, signal }: LostHolesParts): Promise<boolean> {
  const stored = await storedRanges(source, signal)
  const [lowest] = stored
  return lowest !== undefined && openParts(stored, { first: lowest.first, last: first - 1n }).length > 0
}

async function closeLowestHole({ source }: NumberedRun, parts: LostHolesParts): Promise<void> {
  const [lowest, next, ...others] = await parts.storedRanges(source, parts.signal)
  if (lowest === undefined || next === undefined || others.length + 2 < maxRanges) return
  const hole = { source, first: lowest.last + 1n, last: next.first - 1n }
  parts.meter.count('headwatch_native_holes_given_up_total')
  await handOverGap({ ...hole, reason: 'lost' }, parts)
}
