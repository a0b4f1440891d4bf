import {
  closeRange,
  type GapReason,
  maxRanges,
  openParts,
  type SequenceRange,
  type Source,
  sourceText,
} from '@headwatch/protocol'
import type { Clock, ReceiverHost } from '@headwatch/sdk'
import { type HandOverParts, handOverGap, type NumberedRun } from './hand-over.ts'
import type { RelayLosses } from './relay-losses.ts'

export interface LostHolesParts extends HandOverParts {
  readonly clock: Clock
  readonly storedRanges: ReceiverHost['storedRanges']
  /** Aborts with the connection. */
  readonly signal: AbortSignal
  readonly losses: RelayLosses
}

/** A part of a frame that is not owned after this long may be one that waits for a hole to be filled. */
const lookAfterMs = 2_000

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
    if (!signal.aborted) await lookForLostHoles(frame, passedOn, parts)
  }
}

/** The same once, for a frame of which a part was refused for now. Never throws. */
export async function lookForLostHoles(
  frame: NumberedRun,
  passedOn: readonly NumberedRun[],
  parts: LostHolesParts,
): Promise<void> {
  try {
    if (await hasOlder(frame, parts)) return
    for (const run of passedOn) {
      await closeHolesIn(run, passedOn, parts.losses.reasonOf(frame.source) ?? 'lost', parts)
      await closeLowestHole(run, passedOn, parts)
    }
  } catch {
    // The store cannot tell now; it is asked again.
  }
}

/**
 * Declares missing what a relay passed on before and never came, where the relay has lost something: what it lost had
 * numbers of others. Only when nothing older than this frame is still to come. Never throws.
 */
export async function closeWhatWasLost(
  frame: NumberedRun,
  passedOn: readonly NumberedRun[],
  parts: LostHolesParts,
): Promise<void> {
  const { losses } = parts
  const reason = losses.reasonOf(frame.source)
  const unchecked = passedOn.filter(({ source }) => losses.isUnchecked(frame.source, source))
  if (reason === undefined || unchecked.length === 0) return
  try {
    if (await hasOlder(frame, parts)) return
    for (const run of unchecked) {
      await closeHolesIn(run, passedOn, reason, parts)
      if (run.passed !== undefined) losses.checked(frame.source, frame.first, run.source)
    }
  } catch {
    // The store cannot tell now. The next frame asks it again.
  }
}

/** Whether anything that the relay numbered before this frame is still to come. Its log begins with 1, or nobody can say. */
async function hasOlder({ source, first }: NumberedRun, { storedRanges, signal }: LostHolesParts): Promise<boolean> {
  return openParts(await storedRanges(source, signal), { first: 1n, last: first - 1n }).length > 0
}

/** What the relay passed on before, and has not come although nothing older can. */
async function closeHolesIn(
  { source, passed }: NumberedRun,
  frame: readonly NumberedRun[],
  reason: GapReason,
  parts: LostHolesParts,
): Promise<void> {
  if (passed === undefined) return
  const come = withFrame(await parts.storedRanges(source, parts.signal), source, frame)
  for (const hole of openParts(come, passed)) await handOverGap({ source, ...hole, reason }, parts)
}

/** Of the numbers of a source so many runs are stored that no further one can be: where nobody knows what was lost, the lowest hole is. */
async function closeLowestHole(
  { source }: NumberedRun,
  frame: readonly NumberedRun[],
  parts: LostHolesParts,
): Promise<void> {
  const [lowest, next, ...others] = await parts.storedRanges(source, parts.signal)
  if (lowest === undefined || next === undefined || others.length + 2 < maxRanges) return
  const holes = openParts(withFrame([], source, frame), { first: lowest.last + 1n, last: next.first - 1n })
  if (holes.length > 0) parts.meter.count('headwatch_native_holes_given_up_total')
  for (const hole of holes) await handOverGap({ source, ...hole, reason: 'lost' }, parts)
}

/** What is stored and what the frame itself brings: that is not lost, it waits or comes again. */
function withFrame(
  stored: readonly SequenceRange[],
  source: Source,
  frame: readonly NumberedRun[],
): readonly SequenceRange[] {
  const text = sourceText(source)
  const runs = frame.filter((run) => sourceText(run.source) === text)
  return runs
    .map(({ first, count }) => ({ first, last: first + BigInt(count) - 1n }))
    .reduce<readonly SequenceRange[]>(closeRange, stored)
}
