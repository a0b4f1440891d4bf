import { type Gap, type SequenceRange, type Source, sourceText, type TelemetryRecord } from '@headwatch/protocol'
import { handOver, handOverGap, type NumberedRun, type Refusal } from './hand-over.ts'
import { closeLostHoles, closeWhatWasLost, type LostHolesParts, lookForLostHoles } from './lost-holes.ts'

/** What a relay's frame holds: what others numbered, under their numbers, and what the relay numbered itself. */
export interface RelayedRuns {
  readonly passedOn: readonly NumberedRun[]
  readonly gaps: readonly Gap[]
  readonly own: NumberedRun
}

/**
 * Hands a relay's frame to the pipeline. The relay's own numbers are closed last: they are what it is answered for, so every
 * part is owned before. Never throws.
 */
export async function handOverRelayed(frame: NumberedRun, parts: LostHolesParts): Promise<Refusal | undefined> {
  const { passedOn, gaps, own } = relayedRuns(frame)
  const handed = Promise.all([
    ...passedOn.map((run) => handOver(run, parts)),
    ...gaps.map((gap) => handOverGap(gap, parts)),
  ])
  if (passedOn.length > 0) void closeLostHoles(frame, passedOn, handed, parts)
  const refusals = await handed
  // What is given up for good is the business of its own source, whose numbers were closed.
  const retry = refusals.find((refusal) => refusal?.action === 'retry')
  if (retry !== undefined && passedOn.length > 0) await lookForLostHoles(frame, passedOn, parts)
  const refusal = retry ?? (await handOver(own, parts))
  if (refusal === undefined) await closeWhatWasLost(frame, passedOn, parts)
  return refusal
}

/** Takes a frame apart. Records keep the origin they came with, and are known to have come through the relay. */
export function relayedRuns(frame: NumberedRun): RelayedRuns {
  const relay = frame.source.agent
  const others = new Map<string, Numbered[]>()
  const gaps: Gap[] = []
  const own: Pick<Writable<NumberedRun>, 'records' | 'offsets'> = { records: [], offsets: [] }
  for (const [place, { identity, ...rest }] of frame.records.entries()) {
    const record = { ...rest, origin: originThrough(rest.origin, relay) } as TelemetryRecord
    if (identity === undefined) {
      if (record.type === 'gap') continue
      own.records.push(record)
      own.offsets.push(frame.offsets[place] ?? place)
      continue
    }
    const { source, sequence, closes = { first: sequence, last: sequence }, passed } = identity
    if (record.type === 'gap' && record.reason !== undefined) {
      gaps.push({ source, ...closes, reason: record.reason })
      continue
    }
    const key = sourceText(source)
    const known = others.get(key) ?? []
    others.set(key, known)
    known.push({ source, sequence, closes, passed, ...(record.type !== 'gap' && { record }) })
  }
  const passedOn = [...others.values()].flatMap((numbered) => runsOf(numbered, frame.lane))
  return { passedOn, gaps, own: { ...frame, ...own } }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Entry)[] ? Entry[] : T[K] }

/** What one record of another's closes; without the record where only its numbers are left. */
interface Numbered {
  readonly source: Source
  readonly sequence: bigint
  readonly closes: SequenceRange
  readonly passed: SequenceRange | undefined
  readonly record?: TelemetryRecord
}

/** As few runs as close exactly these numbers. */
function runsOf(numbered: readonly Numbered[], lane: NumberedRun['lane']): readonly NumberedRun[] {
  const runs: Writable<NumberedRun>[] = []
  let next: bigint | undefined
  for (const { source, sequence, closes, passed, record } of numbered.toSorted(byFirst)) {
    if (closes.first !== next) {
      const begun = { source, lane, first: closes.first, count: 0, records: [], offsets: [] }
      runs.push({ ...begun, ...(passed !== undefined && { passed }) })
    }
    next = closes.last + 1n
    const run = runs.at(-1)
    if (run === undefined) break
    run.count = Number(next - run.first)
    if (record === undefined) continue
    run.records.push(record)
    run.offsets.push(Number(sequence - run.first))
  }
  return runs
}

function byFirst(a: Numbered, b: Numbered): number {
  if (a.closes.first === b.closes.first) return 0
  return a.closes.first < b.closes.first ? -1 : 1
}

function originThrough(origin: TelemetryRecord['origin'], relay: string): TelemetryRecord['origin'] {
  return origin.agent === relay ? origin : { ...origin, via: relay }
}
