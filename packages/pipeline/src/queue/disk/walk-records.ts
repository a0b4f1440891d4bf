import { type OpenFile, readFully, readThrough } from './file-system.ts'
import { frameHeaderBytes, isSoundFrame, readFrameHead } from './segment-format.ts'

/** Bytes that are no record. */
export interface Damage {
  readonly offset: number
  readonly bytes: number
  /** The number expected here. */
  readonly first: bigint
  /** The last number that is missing; undefined when nothing follows. `first - 1` when none is. */
  readonly last: bigint | undefined
}

export interface Walk {
  readonly salt: number
  /** Where to begin: a record's first byte. */
  readonly from: number
  /** Where the file ends. */
  readonly to: number
  /** The number of the record at `from`. */
  readonly expected: bigint
  /** How much to read at once. */
  readonly chunkBytes?: number
  /** Whether what the disk cannot read counts as damage, instead of ending the walk. */
  readonly isSalvage?: boolean
}

export interface WalkVisitor {
  /** Whether to go on. `payload` is only lent. */
  record(sequence: bigint, offset: number, payload: Buffer): boolean
  damage(damage: Damage): void
}

const defaultChunkBytes = 256 * 1024

/**
 * Reads the records of a segment in order. After bytes that are none it looks for the next one, so that damage costs only what it hit.
 *
 * @throws what the file system throws.
 */
export async function walkRecords(file: OpenFile, walk: Walk, visitor: WalkVisitor): Promise<void> {
  let { from, expected } = walk
  let chunkBytes = walk.chunkBytes ?? defaultChunkBytes
  while (from < walk.to) {
    const wanted = Math.min(chunkBytes, walk.to - from)
    const chunk = await readAt(file, from, wanted, walk)
    const isEnd = chunk.byteLength < wanted || from + wanted === walk.to
    const read = readChunk(chunk, from, { ...walk, expected, isEnd }, visitor)
    if (read.is === 'stopped') return
    chunkBytes = Math.max(chunkBytes, read.wanted)
    from += read.bytes
    expected = read.expected
    if (read.is === 'damaged' && from < walk.to) {
      const found = await findNext(file, from, { ...walk, expected })
      visitor.damage({ offset: from, bytes: found.offset - from, first: expected, last: found.last })
      from = found.offset
      expected = (found.last ?? expected) + 1n
    }
  }
}

type ChunkRead =
  | { readonly is: 'stopped' }
  | {
      /** `cut_off`: the record that follows goes on behind the chunk. */
      readonly is: 'cut_off' | 'damaged'
      readonly bytes: number
      readonly expected: bigint
      /** How long a chunk has to be for the record that follows. */
      readonly wanted: number
    }

interface ChunkWalk extends Walk {
  /** Nothing follows on the chunk. */
  readonly isEnd: boolean
}

function readChunk(chunk: Buffer, offset: number, walk: ChunkWalk, visitor: WalkVisitor): ChunkRead {
  const { salt, to, isEnd } = walk
  let at = 0
  let expected = walk.expected
  const ended = (is: 'cut_off' | 'damaged', wanted: number): ChunkRead =>
    isEnd ? { is: 'damaged', bytes: at, expected, wanted: 0 } : { is, bytes: at, expected, wanted }
  for (;;) {
    if (at + frameHeaderBytes > chunk.byteLength) return ended('cut_off', frameHeaderBytes)
    const head = readFrameHead(chunk, at)
    if (head === undefined || head.sequence !== expected || offset + at + head.bytes > to) return ended('damaged', 0)
    const end = at + head.bytes
    if (end > chunk.byteLength) return ended('cut_off', head.bytes)
    if (!isSoundFrame(chunk, at, head.bytes, salt)) return ended('damaged', 0)
    if (!visitor.record(expected, offset + at, chunk.subarray(at + frameHeaderBytes, end))) return { is: 'stopped' }
    at = end
    expected += 1n
  }
}

/** The next sound record beyond `from` whose number can be so far on; the end of the file where there is none. */
async function findNext(file: OpenFile, from: number, walk: Walk) {
  const { salt, to, expected } = walk
  const rest = await readAt(file, from, to - from, walk)
  for (let at = 1; at + frameHeaderBytes <= rest.byteLength; at++) {
    const head = readFrameHead(rest, at)
    if (head === undefined || at + head.bytes > rest.byteLength) continue
    const between = head.sequence - expected
    if (between < 0n || between > BigInt(Math.ceil(at / frameHeaderBytes))) continue
    if (isSoundFrame(rest, at, head.bytes, salt)) return { offset: from + at, last: head.sequence - 1n }
  }
  return { offset: to, last: undefined }
}

async function readAt(file: OpenFile, position: number, bytes: number, { isSalvage }: Walk): Promise<Buffer> {
  const into = Buffer.allocUnsafe(bytes)
  const read = isSalvage === true ? readThrough : readFully
  return into.subarray(0, await read(file, into, position))
}
