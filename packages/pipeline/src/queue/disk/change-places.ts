import type { SequenceRange, UnixMs } from '@headwatch/protocol'
import { RejectedError } from '@headwatch/sdk'
import { lockFolder } from '@headwatch/sdk/folder-lock'
import { encodeBookkeeping, readCursorFile, type SavedPlace, writeCursorFile } from './cursor-file.ts'
import { overlapOf } from './disk-log.ts'
import { checkIsQueue } from './folder-check.ts'
import { nodeFileSystem } from './node-file-system.ts'
import { countOf, openAfter, Place, unionOf } from './place.ts'
import { readSegments } from './read-segments.ts'
import type { Segment } from './segment.ts'

/** Where a destination is to begin again: at a number, or at what was true since. */
export type SetBackTo = { readonly from: bigint } | { readonly since: UnixMs }

/**
 * Lets a destination have records again that it has settled, as far as they are still there. The queue must not be in use.
 *
 * @returns How many records wait for it then.
 * @throws {RejectedError} the folder is in use or no queue, or there is no such destination.
 */
export async function setBack(folder: string, destination: string, to: SetBackTo): Promise<number> {
  return changePlace(folder, destination, (saved, segments, next) => {
    const first = 'from' in to ? to.from : firstSince(segments, to.since)
    const there = segments.flatMap(({ range }) => overlapOf(range, { first, last: next - 1n }) ?? [])
    return unionOf([openAfter(saved, next), there], 0n)
  })
}

/**
 * Lets go of everything that waits for a destination, and of its place. The queue must not be in use.
 *
 * @returns How many records waited for it.
 * @throws {RejectedError} the folder is in use or no queue, or there is no such destination.
 */
export async function forgetDestination(folder: string, destination: string): Promise<number> {
  let waited = 0
  await changePlace(folder, destination, (saved, _segments, next) => {
    waited = countOf(openAfter(saved, next))
    return undefined
  })
  return waited
}

type Change = (saved: SavedPlace, segments: readonly Segment[], next: bigint) => readonly SequenceRange[] | undefined

async function changePlace(folder: string, destination: string, change: Change): Promise<number> {
  await checkIsQueue(nodeFileSystem, folder)
  const lock = lockFolder(folder, 'the command')
  try {
    const cursors = await readCursorFile(nodeFileSystem, folder)
    if (cursors.is !== 'good')
      throw new RejectedError(`the queue in ${folder} was not left in order: let it be opened once by its program`)
    const { bookkeeping } = cursors
    const saved = bookkeeping.places.get(destination)
    if (saved === undefined) {
      const known = [...bookkeeping.places.keys()].join(', ')
      throw new RejectedError(
        `the queue in ${folder} knows no destination "${destination}"; it knows ${known || 'none'}`,
      )
    }
    const { segments } = await readSegments(nodeFileSystem, folder)
    const ends = segments.map(({ next }) => next)
    const next = ends.reduce((most, end) => (end > most ? end : most), bookkeeping.next)
    const open = change(saved, segments, next)
    const places = new Map(bookkeeping.places)
    if (open === undefined) places.delete(destination)
    else places.set(destination, new Place(destination, open, saved.wrap).saved(next))
    const oldest = open?.[0]?.first ?? next
    const floor = oldest < bookkeeping.floor ? oldest : bookkeeping.floor
    await writeCursorFile(nodeFileSystem, folder, encodeBookkeeping({ ...bookkeeping, next, floor, places }))
    return countOf(open ?? [])
  } finally {
    lock.release()
  }
}

/** A number from which on everything comes that was true since a time, and little more. */
function firstSince(segments: readonly Segment[], since: UnixMs): bigint {
  const segment = segments.findLast(({ index }) => index.lastBefore(since) !== undefined) ?? segments[0]
  return segment === undefined ? 0n : segment.first + BigInt(segment.index.lastBefore(since) ?? 0)
}
