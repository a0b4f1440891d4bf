import type { SequenceRange } from '@headwatch/protocol'
import type { LogReader } from '../log-reader.ts'
import type { ReaderOptions } from '../queue.ts'
import type { SavedPlace } from './cursor-file.ts'
import type { Holes } from './holes.ts'
import { openAfter, Place, unionOf } from './place.ts'

/**
 * The name under which records wait whose destinations are not known any more. Whoever reads before the next record comes
 * gets them: repeats are recognised, losses are not.
 */
export const unclaimed = '?'

/** The destinations of a queue: those that are read, and those of old. */
export class Places {
  readonly #places = new Map<string, Place>()
  readonly #holes: Holes

  /** @param saved As they stood; all that follows, up to a log's `next`, waits for each. */
  constructor(saved: ReadonlyMap<string, SavedPlace>, next: bigint, holes: Holes) {
    this.#holes = holes
    for (const [name, place] of saved) this.#places.set(name, new Place(name, openAfter(place, next), place.wrap))
  }

  get all(): readonly Place[] {
    return [...this.#places.values()]
  }

  get attached(): readonly Place[] {
    return this.all.filter(({ reader }) => reader !== undefined)
  }

  get detached(): readonly Place[] {
    return this.all.filter(({ reader }) => reader === undefined)
  }

  /** Gives a destination its reader. */
  attach(name: string, options: ReaderOptions, make: (place: Place) => LogReader): LogReader {
    const place = this.#places.get(name) ?? new Place(name, this.#places.get(unclaimed)?.open ?? [])
    if (place.reader !== undefined) throw new Error(`"${name}" reads this queue already`)
    this.#places.set(name, place)
    const reader = make(place)
    place.attach(reader, options)
    return reader
  }

  offer(range: SequenceRange): void {
    this.endClaims()
    for (const { reader } of this.attached) reader?.offer(range)
  }

  /** Whoever is read has what was unclaimed; if anybody is, nobody else is waited for. */
  endClaims(): void {
    if (this.attached.length > 0) this.#places.delete(unclaimed)
  }

  saved(next: bigint): ReadonlyMap<string, SavedPlace> {
    return new Map(this.all.map((place) => [place.name, place.saved(next)]))
  }

  /** The numbers of records that have to be kept, from `floor` on: those that are open, or as far as `ranges` says. */
  needed(
    floor: bigint,
    places: readonly Place[] = this.all,
    ranges: (place: Place) => readonly SequenceRange[] = (place) => place.open,
  ): readonly SequenceRange[] {
    const kept = places.map((place) => unionOf([ranges(place)], place.floor > floor ? place.floor : floor))
    return unionOf(kept, floor).flatMap((range) => this.#holes.outside(range))
  }
}
