// MessagePack as the protocol uses it: no maps, no extensions. Integers are read as BigInt and floats as Number, because
// the protocol accepts some fields in integer formats only.

const MAX_DEPTH = 8
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function head(marker, size, value) {
  const bytes = Buffer.alloc(1 + size)
  bytes[0] = marker
  if (size === 8) bytes.writeBigUInt64BE(BigInt(value), 1)
  else bytes.writeUIntBE(Number(value), 1, size)
  return bytes
}

function integer(value) {
  if (value < 0) {
    const bytes = head(0xd3, 8, 0)
    bytes.writeBigInt64BE(BigInt(value), 1)
    return bytes
  }
  if (value < 0x80) return Buffer.from([Number(value)])
  if (value < 0x100) return head(0xcc, 1, value)
  if (value < 0x10000) return head(0xcd, 2, value)
  if (value < 0x100000000) return head(0xce, 4, value)
  return head(0xcf, 8, value)
}

function float(value) {
  const bytes = Buffer.alloc(9)
  bytes[0] = 0xcb
  bytes.writeDoubleBE(value, 1)
  return bytes
}

function text(value) {
  const bytes = Buffer.from(value, 'utf8')
  const n = bytes.length
  const start =
    n < 32 ? Buffer.from([0xa0 | n]) : n < 0x100 ? head(0xd9, 1, n) : n < 0x10000 ? head(0xda, 2, n) : head(0xdb, 4, n)
  return Buffer.concat([start, bytes])
}

function binary(value) {
  const n = value.length
  const start = n < 0x100 ? head(0xc4, 1, n) : n < 0x10000 ? head(0xc5, 2, n) : head(0xc6, 4, n)
  return Buffer.concat([start, value])
}

export function arrayHead(n) {
  return n < 16 ? Buffer.from([0x90 | n]) : n < 0x10000 ? head(0xdc, 2, n) : head(0xdd, 4, n)
}

export function encode(value) {
  if (value === null || value === undefined) return Buffer.from([0xc0])
  if (typeof value === 'bigint') return integer(value)
  if (typeof value === 'number') return Number.isSafeInteger(value) ? integer(value) : float(value)
  if (typeof value === 'string') return text(value)
  if (value instanceof Uint8Array) return binary(value)
  if (Array.isArray(value)) return Buffer.concat([arrayHead(value.length), ...value.map(encode)])
  throw new TypeError(`cannot encode a ${typeof value}`)
}

/** Exactly one value; throws on anything else. */
export function decode(arrayBuffer) {
  const reader = new Reader(Buffer.from(arrayBuffer))
  const result = reader.value(0)
  if (!reader.isAtEnd) throw new Error('bytes behind the value')
  return result
}

class Reader {
  #bytes
  #at = 0

  constructor(bytes) {
    this.#bytes = bytes
  }

  get isAtEnd() {
    return this.#at === this.#bytes.length
  }

  /** `depth` is how many arrays it lies in. */
  value(depth) {
    const marker = this.unsigned(1)
    if (marker < 0x80) return BigInt(marker)
    if (marker >= 0xe0) return BigInt(marker - 0x100)
    if (marker >= 0xa0 && marker < 0xc0) return this.text(marker & 0x1f)
    if (marker >= 0x90 && marker < 0xa0) return this.array(marker & 0x0f, depth)
    const read = readers.get(marker)
    if (!read) throw new Error(`refused format 0x${marker.toString(16)}`)
    return read(this, depth)
  }

  unsigned(size) {
    return this.take(size).readUIntBE(0, size)
  }

  text(length) {
    return utf8.decode(this.take(length))
  }

  array(length, depth) {
    if (depth >= MAX_DEPTH) throw new Error('nested too deep')
    const items = []
    for (let left = length; left > 0; left -= 1) items.push(this.value(depth + 1))
    return items
  }

  take(length) {
    if (this.#at + length > this.#bytes.length) throw new Error('truncated')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}

/** By the first byte. */
const readers = new Map([
  [0xc0, () => null],
  [0xc2, () => false],
  [0xc3, () => true],
  [0xc4, (reader) => reader.take(reader.unsigned(1))],
  [0xc5, (reader) => reader.take(reader.unsigned(2))],
  [0xc6, (reader) => reader.take(reader.unsigned(4))],
  [0xca, (reader) => reader.take(4).readFloatBE()],
  [0xcb, (reader) => reader.take(8).readDoubleBE()],
  [0xcc, (reader) => BigInt(reader.unsigned(1))],
  [0xcd, (reader) => BigInt(reader.unsigned(2))],
  [0xce, (reader) => BigInt(reader.unsigned(4))],
  [0xcf, (reader) => reader.take(8).readBigUInt64BE()],
  [0xd0, (reader) => BigInt(reader.take(1).readInt8())],
  [0xd1, (reader) => BigInt(reader.take(2).readInt16BE())],
  [0xd2, (reader) => BigInt(reader.take(4).readInt32BE())],
  [0xd3, (reader) => reader.take(8).readBigInt64BE()],
  [0xd9, (reader) => reader.text(reader.unsigned(1))],
  [0xda, (reader) => reader.text(reader.unsigned(2))],
  [0xdb, (reader) => reader.text(reader.unsigned(4))],
  [0xdc, (reader, depth) => reader.array(reader.unsigned(2), depth)],
  [0xdd, (reader, depth) => reader.array(reader.unsigned(4), depth)],
])
