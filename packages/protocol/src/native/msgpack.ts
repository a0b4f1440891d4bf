import { Packr } from 'msgpackr/pack'

/** The part of msgpack that goes over the wire: no maps, no extensions. Integers of 64 bits are read as bigint. */
export type Wire = null | boolean | number | bigint | string | Uint8Array | readonly Wire[]

/** Bounds of what is read; whatever lies beyond is refused before anything is allocated for it. */
export interface MsgpackLimits {
  readonly bytes: number
  /** Arrays within arrays. */
  readonly depth: number
}

const packr = new Packr({ useRecords: false, int64AsType: 'bigint' })

export function packWire(value: Wire): Uint8Array {
  return plainBytes(packr.pack(value))
}

/** The value in `bytes`; undefined when it is not exactly one well-formed value within the limits. */
export function unpackWire(bytes: Uint8Array, limits: MsgpackLimits): Wire | undefined {
  if (bytes.byteLength > limits.bytes || endOf(bytes, 0, limits.depth) !== bytes.byteLength) return undefined
  try {
    // The packer leaves a mark on what it reads, so it gets a view of its own.
    return packr.unpack(plainBytes(bytes)) as Wire
  } catch {
    return undefined
  }
}

/** The same memory as a plain `Uint8Array`: Node hands out its `Buffer`, which compares as something else. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/*
 * The decoder allocates an array as long as its header claims, and obeys extensions. So every frame is walked first,
 * without allocating: lengths that do not fit in what is left, maps, extensions and depth end here.
 */

/** What follows a first byte: a length of `lengthBytes`, then that many plus `fixed` bytes or items. */
interface Layout {
  readonly lengthBytes: number
  readonly fixed: number
  readonly of: 'bytes' | 'items'
}

/** By first byte. Those that are missing are maps, extensions and the byte nobody uses. */
const layouts: readonly (Layout | undefined)[] = Array.from({ length: 256 }, (_, token) => layoutOf(token))

function layoutOf(token: number): Layout | undefined {
  if (token <= 0x7f || token >= 0xe0) return { lengthBytes: 0, fixed: 0, of: 'bytes' }
  if (token >= 0xa0 && token <= 0xbf) return { lengthBytes: 0, fixed: token & 0x1f, of: 'bytes' }
  if (token >= 0x90 && token <= 0x9f) return { lengthBytes: 0, fixed: token & 0x0f, of: 'items' }
  // Nil, booleans, then two floats, four unsigned and four signed integers.
  const scalarBytes = [0, undefined, 0, 0, ...Array(6), 4, 8, 1, 2, 4, 8, 1, 2, 4, 8][token - 0xc0]
  if (scalarBytes !== undefined) return { lengthBytes: 0, fixed: scalarBytes, of: 'bytes' }
  const binary = [1, 2, 4][token - 0xc4]
  const lengthBytes = binary ?? [1, 2, 4][token - 0xd9]
  if (lengthBytes !== undefined) return { lengthBytes, fixed: 0, of: 'bytes' }
  const arrayLengthBytes = [2, 4][token - 0xdc]
  return arrayLengthBytes === undefined ? undefined : { lengthBytes: arrayLengthBytes, fixed: 0, of: 'items' }
}

/** Where the value at `at` ends; NaN when it is broken or not allowed. */
function endOf(bytes: Uint8Array, at: number, depth: number): number {
  const layout = layouts[bytes[at] ?? 0xc1]
  if (layout === undefined) return Number.NaN
  const start = at + 1 + layout.lengthBytes
  const length = layout.fixed + lengthAt(bytes, at + 1, layout.lengthBytes)
  // Also when it is items: each takes a byte at least.
  if (!(start + length <= bytes.byteLength)) return Number.NaN
  return layout.of === 'bytes' ? start + length : endOfItems(bytes, start, length, depth)
}

function endOfItems(bytes: Uint8Array, start: number, count: number, depth: number): number {
  if (depth === 0) return Number.NaN
  let at = start
  for (let index = 0; index < count && !Number.isNaN(at); index++) at = endOf(bytes, at, depth - 1)
  return at
}

function lengthAt(bytes: Uint8Array, at: number, lengthBytes: number): number {
  if (at + lengthBytes > bytes.byteLength) return Number.NaN
  let length = 0
  for (let index = 0; index < lengthBytes; index++) length = length * 256 + (bytes[at + index] ?? 0)
  return length
}
