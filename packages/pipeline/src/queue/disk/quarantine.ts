import { basename } from 'node:path'
import type { Logger, Meter } from '@headwatch/sdk'
import type { AsideFolder } from './aside-folder.ts'
import { type FileSystem, readThrough, readWhole } from './file-system.ts'
import type { Headless } from './read-segments.ts'
import type { Unreadable } from './segment-reader.ts'

/** Why bytes are in quarantine, and where they stood. */
export interface QuarantineWhy {
  readonly file: string
  readonly reason: Unreadable['reason'] | 'no_header'
  readonly offset: number
  readonly bytes: number
  /** The numbers that stood there, decimal text. */
  readonly first: string
  readonly last?: string
}

export interface QuarantineParts {
  readonly files: FileSystem
  readonly folder: AsideFolder
  /** How many bytes more the folder may take now. */
  readonly room: () => number
  readonly logger: Logger
  readonly meter: Meter
}

/** Moves what is damaged aside, for people: as well as the disk allows, since nobody waits for it. */
export class Quarantine {
  readonly #parts: QuarantineParts
  #last: Promise<unknown> = Promise.resolve()

  constructor(parts: QuarantineParts) {
    this.#parts = parts
  }

  /** Part of a segment, with `records` that are lost by it. */
  add({ segment, first, last, reason, offset, bytes }: Unreadable, records: number): void {
    const { path } = segment
    const why = { file: basename(path), reason, offset, bytes, first: String(first), last: String(last) }
    this.#parts.logger.error('records in the queue are damaged and were moved aside', { ...why, records })
    this.#parts.meter.count('headwatch_queue_quarantined_total', records)
    this.#keep(why, () => this.#bytesAt(path, offset, bytes))
  }

  /** A whole file. Resolves when it is safe, or cannot be. */
  async addFile({ path, bytes, first }: Headless): Promise<void> {
    const why = { file: basename(path), reason: 'no_header', offset: 0, bytes, first: String(first) } as const
    this.#parts.logger.error('a file of the queue cannot be read and was moved aside', why)
    this.#keep(why, () => readWhole(this.#parts.files, path), bytes)
    await this.finished()
  }

  /** Resolves when nothing is being moved. */
  async finished(): Promise<void> {
    await this.#last
  }

  #keep(why: QuarantineWhy, read: () => Promise<Buffer>, alsoThere = 0): void {
    const { folder, room, logger } = this.#parts
    this.#last = this.#last.then(async () => {
      try {
        const isKept = await folder.keep(why, await read(), room() - alsoThere)
        if (!isKept) logger.warn('there is no room for it in quarantine', { file: why.file })
      } catch (error) {
        logger.warn('it could not be moved aside', { file: why.file, reason: String(error) })
      }
    })
  }

  async #bytesAt(path: string, offset: number, bytes: number): Promise<Buffer> {
    const file = await this.#parts.files.open(path, 'read')
    try {
      const into = Buffer.alloc(bytes)
      return into.subarray(0, await readThrough(file, into, offset))
    } finally {
      await file.close()
    }
  }
}
