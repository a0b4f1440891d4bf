import { type Bookkeeping, encodeBookkeeping, writeCursorFile } from './cursor-file.ts'
import type { FileSystem } from './file-system.ts'
import type { QueueState } from './queue-state.ts'

/** Writes down where destinations stand: rarely, since being behind costs repeats only; and one write at a time. */
export class Bookkeeper {
  readonly #files: FileSystem
  readonly #folder: string
  readonly #state: QueueState
  #last: Promise<unknown> = Promise.resolve()
  #bytes: number
  /** Something has changed since the last write began. */
  isDue = false
  /** A destination has come that no file knows of: to be written before any record is promised to be kept for it. */
  isUrgent = false

  constructor(files: FileSystem, folder: string, state: QueueState, bytes: number) {
    this.#files = files
    this.#folder = folder
    this.#state = state
    this.#bytes = bytes
  }

  /** Of the file as it stands. */
  get bytes(): number {
    return this.#bytes
  }

  /** What the file may take while it is replaced: the old one, and a new one that may be larger. */
  get reservedBytes(): number {
    return 2 * this.#bytes + 2_048
  }

  /**
   * Resolves once what is true now, or was when this began, would survive a power cut.
   *
   * @throws what the file system throws; the file is then the one from before.
   */
  write({ isClosed = false } = {}): Promise<void> {
    const written = this.#last.then(async () => {
      const { isUrgent } = this
      this.isDue = false
      this.isUrgent = false
      const bytes = encodeBookkeeping(this.#bookkeeping(isClosed))
      try {
        await writeCursorFile(this.#files, this.#folder, bytes)
        this.#bytes = bytes.byteLength
      } catch (error) {
        this.isDue = true
        this.isUrgent ||= isUrgent
        throw error
      }
    })
    this.#last = written.catch(() => undefined)
    return written
  }

  #bookkeeping(isClosed: boolean): Bookkeeping {
    const { log, places, floor, newestSegment, quarantinedRecords, operatingMs } = this.#state
    const { next } = log
    const open = places.all.flatMap((place) => place.open)
    const oldest = open.reduce((least, { first }) => (first < least ? first : least), next)
    log.holes.keepOnly(open)
    log.sources.forgetBelow(oldest)
    return {
      next,
      floor,
      newestSegment,
      isClosed,
      operatingMs: operatingMs(),
      sources: log.sources.all,
      holes: log.holes.all,
      quarantinedRecords,
      places: places.saved(next),
    }
  }
}
