import { openParts, type SequenceRange, type UnixMs } from '@headwatch/protocol'
import { RejectedError } from '@headwatch/sdk'
import { nodeFileSystem } from '../disk/node-file-system.ts'
import { type ReadSegments, readSegments } from '../disk/read-segments.ts'
import { unpackRecord } from '../disk/record-codec.ts'
import type { Segment } from '../disk/segment.ts'
import { walkRecords } from '../disk/walk-records.ts'
import { changePlaces, placeOf } from './change-places.ts'

/** From where on a destination is to get everything again. */
export type ReplayFrom = { readonly number: bigint } | { readonly since: UnixMs }

/**
 * Sets a destination back, so that after the next start it gets again what is still kept from there on. What it has not got
 * yet it gets all the same.
 *
 * @returns the numbers from the first to the last it gets again.
 * @throws {RejectedError} nothing from there on is kept, it has no place, or the queue is in use.
 */
export function replayDestination(folder: string, destination: string, from: ReplayFrom): Promise<SequenceRange> {
  return changePlaces(folder, async (before) => {
    const place = placeOf(before, destination)
    const kept = await readSegments(nodeFileSystem, folder)
    const found = 'number' in from ? firstAbove(kept, from.number) : await firstSince(kept, from.since)
    if (found === undefined)
      throw new RejectedError('nothing from there on is kept; what was delivered is, with retention "wrap"')
    const first = found > before.floor ? found : before.floor
    const last = before.next - 1n
    const cursor = place.cursor < first ? place.cursor : first
    const gone = openParts(rangesOf(kept), { first, last })
    const places = new Map(before.places).set(destination, {
      ...place,
      cursor,
      settled: [...place.settled.flatMap((range) => below(range, first)), ...gone],
    })
    return { after: { ...before, places }, outcome: { first, last } }
  })
}

/** The part of a range below a number. */
function below(range: SequenceRange, number: bigint): readonly SequenceRange[] {
  if (range.first >= number) return []
  return [range.last < number ? range : { first: range.first, last: number - 1n }]
}

function rangesOf({ segments }: ReadSegments): readonly SequenceRange[] {
  return segments.filter(({ isEmpty }) => !isEmpty).map(({ range }) => range)
}

function firstAbove(kept: ReadSegments, number: bigint): bigint | undefined {
  const range = rangesOf(kept).find(({ last }) => last >= number)
  return range && (range.first > number ? range.first : number)
}

async function firstSince({ segments }: ReadSegments, since: UnixMs): Promise<bigint | undefined> {
  for (const segment of segments) {
    const first = await firstIn(segment, since)
    if (first !== undefined) return first
  }
  return undefined
}

async function firstIn(segment: Segment, since: UnixMs): Promise<bigint | undefined> {
  const file = await nodeFileSystem.open(segment.path, 'read')
  const { offset: from, sequence: expected } = segment.readFrom(segment.first)
  let first: bigint | undefined
  const walk = { salt: segment.header.salt, from, to: segment.end, expected }
  await walkRecords(file, walk, {
    record(sequence, _offset, payload) {
      if ((unpackRecord(payload)?.at ?? Number.NEGATIVE_INFINITY) >= since) first = sequence
      return first === undefined
    },
    damage: () => undefined,
  }).finally(() => file.close())
  return first
}
