import type { MetricValue } from '@headwatch/protocol'

/*
 * The values of a metric set, one after another, each a tag byte and then:
 *
 *   0x00 to 0x06   a whole number in that many bytes, two's complement, little-endian (0x00: zero)
 *   0x10 to 0x16   the same, a thousand times the number
 *   0x20           eight bytes: the number as IEEE 754 double, little-endian
 *   0x30           a bigint: one byte of length, then two's complement, little-endian
 *   0x40 to 0x46   a bigint in that many bytes, as 0x00 to 0x06
 *   0x31           a bigint that needs more than 255 bytes: four bytes of length, then its decimal digits
 */
const whole = 0x00
const thousandths = 0x10
const double = 0x20
const wideInteger = 0x30
const digits = 0x31
const integer = 0x40

const largestWhole = 2 ** 47

/** Grows when needed and is used again for every set: a row's blob is a view into it until the next call. */
let scratch = Buffer.alloc(4_096)

/** The blob of `values`, valid until the next call. */
export function encodeReadings(values: readonly MetricValue[]): Uint8Array {
  let at = 0
  for (const value of values) {
    if (at + 320 > scratch.length) scratch = Buffer.concat([scratch, Buffer.alloc(scratch.length)])
    at = typeof value === 'number' ? writeNumber(value, at) : writeBigint(value, at)
  }
  return scratch.subarray(0, at)
}

/** The values of a blob, in their order. Throws a `RangeError` when the bytes end too early. */
export function decodeReadings(blob: Uint8Array): MetricValue[] {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength)
  const values: MetricValue[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes.readUInt8(at)
    const { start, length } = placeOf(bytes, tag, at)
    values.push(valueFrom(bytes, tag, start, length))
    at = start + length
  }
  return values
}

/** Where the bytes of the value stand whose tag is at `at`. */
function placeOf(bytes: Buffer, tag: number, at: number): { readonly start: number; readonly length: number } {
  if (tag === double) return { start: at + 1, length: 8 }
  if (tag === digits) return { start: at + 5, length: bytes.readUInt32LE(at + 1) }
  if (tag === wideInteger) return { start: at + 2, length: bytes.readUInt8(at + 1) }
  return { start: at + 1, length: tag & 0x0f }
}

function valueFrom(bytes: Buffer, tag: number, start: number, length: number): MetricValue {
  if (tag === wideInteger || tag === digits) return readBigint(bytes.subarray(start, start + length), tag)
  if (tag === double) return bytes.readDoubleLE(start)
  const value = length === 0 ? 0 : bytes.readIntLE(start, length)
  if ((tag & 0xf0) === integer) return BigInt(value)
  return (tag & 0xf0) === thousandths ? value / 1_000 : value
}

function writeNumber(value: number, at: number): number {
  if (Number.isInteger(value) && Math.abs(value) < largestWhole && !Object.is(value, -0)) {
    return writeWhole(value, whole, at)
  }
  const scaled = Math.round(value * 1_000)
  if (Math.abs(scaled) < largestWhole && scaled !== 0 && scaled / 1_000 === value)
    return writeWhole(scaled, thousandths, at)
  scratch[at] = double
  return scratch.writeDoubleLE(value, at + 1)
}

/** `value` is whole and below 2^47 in size. By hand: the buffer's own methods check what is known here. */
function writeWhole(value: number, kind: number, at: number): number {
  const length = bytesFor(value)
  scratch[at] = kind | length
  let rest = value
  for (let index = 1; index <= length; index += 1) {
    const upper = Math.floor(rest / 256)
    scratch[at + index] = rest - upper * 256
    rest = upper
  }
  return at + 1 + length
}

function bytesFor(value: number): number {
  if (value === 0) return 0
  let most = 128
  let length = 1
  while (value < -most || value >= most) {
    most *= 256
    length += 1
  }
  return length
}

function writeBigint(value: bigint, at: number): number {
  const near = Number(value)
  if (near < largestWhole && near > -largestWhole) return writeWhole(near, integer, at)
  const magnitude = (value < 0n ? -value : value).toString(16).length
  const length = (magnitude >> 1) + 1
  if (length > 255) return writeDigits(value, at)
  scratch[at] = wideInteger
  scratch[at + 1] = length
  let rest = BigInt.asUintN(length * 8, value)
  for (let index = 0; index < length; index += 1) {
    scratch[at + 2 + index] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return at + 2 + length
}

function writeDigits(value: bigint, at: number): number {
  const text = Buffer.from(value.toString(), 'latin1')
  const bytes = Buffer.alloc(scratch.length + text.length + 5)
  scratch.copy(bytes, 0, 0, at)
  scratch = bytes
  scratch[at] = digits
  scratch.writeUInt32LE(text.length, at + 1)
  text.copy(scratch, at + 5)
  return at + 5 + text.length
}

function readBigint(bytes: Buffer, tag: number): bigint {
  if (tag === digits) return BigInt(bytes.toString('latin1'))
  const unsigned = bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
  return BigInt.asIntN(bytes.length * 8, unsigned)
}
