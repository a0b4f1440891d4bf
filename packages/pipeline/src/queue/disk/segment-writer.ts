import { join } from 'node:path'
import type { Source } from '@headwatch/protocol'
import { type FileSystem, type OpenFile, writeFully } from './file-system.ts'
import { Segment } from './segment.ts'
import { encodeHeader, segmentName } from './segment-format.ts'

export interface SegmentWriterParts {
  readonly files: FileSystem
  readonly folder: string
  readonly salt: number
  /** A segment that has grown to this is followed by a new one. */
  readonly segmentBytes: number
  readonly operatingMs: () => number
  /** Called before a file is made, so that its absence is noticed later. */
  readonly announce: (first: bigint) => Promise<void>
  /** There is a new file. */
  readonly created: (segment: Segment) => void
}

/**
 * Writes groups of records to the newest segment. After any error that file is never written again: what a failed sync leaves behind
 * cannot be known, so the group goes whole into a new file.
 */
export class SegmentWriter {
  readonly #parts: SegmentWriterParts
  #hasLostFolder = false
  #active: { readonly segment: Segment; readonly file: OpenFile } | undefined
  /** Files that could be neither finished nor removed. */
  #strays = new Map<string, number>()

  constructor(parts: SegmentWriterParts) {
    this.#parts = parts
  }

  get active(): Segment | undefined {
    return this.#active?.segment
  }

  /** Bytes of files that hold nothing and could not be removed. */
  get strayBytes(): number {
    let bytes = 0
    for (const stray of this.#strays.values()) bytes += stray
    return bytes
  }

  /** What the next group takes beside its own bytes. */
  headerBytesFor(source: Source): number {
    return this.#needsNew() ? encodeHeader(this.#header(source, 0n)).byteLength : 0
  }

  /**
   * Resolves once the records would survive a power cut. When it rejects, none of them is in the log.
   *
   * @param frames Records, the first of which has the number `first`.
   */
  async append(frames: Buffer, first: bigint, source: Source): Promise<Segment> {
    if (this.#needsNew()) await this.seal()
    if (this.#active === undefined) return this.#begin(frames, first, source)
    const { segment, file } = this.#active
    try {
      await writeFully(file, [frames], segment.end)
      return segment
    } catch (error) {
      await this.#abandon()
      throw error
    }
  }

  /** The folder was taken away: what is written to a file that was in it would be gone with it. */
  lostFolder(): void {
    this.#hasLostFolder = true
  }

  /** Ends the newest segment; the next group begins another. */
  async seal(): Promise<void> {
    const active = this.#active
    this.#hasLostFolder = false
    if (active === undefined) return
    this.#active = undefined
    active.segment.endedMs = this.#parts.operatingMs()
    await active.file.close().catch(() => undefined)
  }

  #needsNew(): boolean {
    return this.#hasLostFolder || this.#active === undefined || this.#active.segment.end >= this.#parts.segmentBytes
  }

  #header(source: Source, first: bigint) {
    return { source, first, salt: this.#parts.salt, operatingMs: this.#parts.operatingMs() }
  }

  async #begin(frames: Buffer, first: bigint, source: Source): Promise<Segment> {
    const { files, folder } = this.#parts
    const path = join(folder, segmentName(first))
    const header = this.#header(source, first)
    const head = encodeHeader(header)
    await this.#parts.announce(first)
    let file: OpenFile | undefined
    try {
      // Nothing that was promised has this number, so a file of this name is what an earlier attempt left.
      await files.remove(path).catch(() => undefined)
      file = await files.open(path, 'create_synced')
      await writeFully(file, [head, frames], 0)
      await files.syncFolder(folder)
    } catch (error) {
      await file?.close().catch(() => undefined)
      if (file !== undefined) await this.#discard(path, head.byteLength + frames.byteLength)
      throw error
    }
    this.#strays.delete(path)
    const segment = new Segment(path, header, head.byteLength)
    this.#active = { segment, file }
    this.#parts.created(segment)
    return segment
  }

  async #discard(path: string, bytes: number): Promise<void> {
    await this.#parts.files.remove(path).then(
      () => this.#strays.delete(path),
      () => this.#strays.set(path, bytes),
    )
  }

  async #abandon(): Promise<void> {
    const active = this.#active
    if (active === undefined) return
    const { segment, file } = active
    // To free the space only: what stands behind the end is not looked at.
    await file.truncate(segment.end).catch(() => undefined)
    segment.fileBytes = Math.max(segment.end, await file.size().catch(() => segment.fileBytes))
    await this.seal()
  }
}
