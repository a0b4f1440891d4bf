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
  const bytes = Buffer.from(arrayBuffer)
  let at = 0

  function take(n) {
    if (at + n > bytes.length) throw new Error('truncated')
    at += n
    return at - n
  }
  const unsigned = (size) => bytes.readUIntBE(take(size), size)
  const string = (n) => utf8.decode(bytes.subarray(take(n), at))
  const blob = (n) => bytes.subarray(take(n), at)
  function array(n, depth) {
    if (depth >= MAX_DEPTH) throw new Error('nested too deep')
    const items = []
    for (let i = 0; i < n; i += 1) items.push(value(depth + 1))
    return items
  }

  function value(depth) {
    const marker = bytes[take(1)]
    if (marker < 0x80) return BigInt(marker)
    if (marker >= 0xe0) return BigInt(marker - 0x100)
    if (marker >= 0xa0 && marker < 0xc0) return string(marker & 0x1f)
    if (marker >= 0x90 && marker < 0xa0) return array(marker & 0x0f, depth)
    switch (marker) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
        return blob(unsigned(1))
      case 0xc5:
        return blob(unsigned(2))
      case 0xc6:
        return blob(unsigned(4))
      case 0xca:
        return bytes.readFloatBE(take(4))
      case 0xcb:
        return bytes.readDoubleBE(take(8))
      case 0xcc:
        return BigInt(unsigned(1))
      case 0xcd:
        return BigInt(unsigned(2))
      case 0xce:
        return BigInt(unsigned(4))
      case 0xcf:
        return bytes.readBigUInt64BE(take(8))
      case 0xd0:
        return BigInt(bytes.readInt8(take(1)))
      case 0xd1:
        return BigInt(bytes.readInt16BE(take(2)))
      case 0xd2:
        return BigInt(bytes.readInt32BE(take(4)))
      case 0xd3:
        return bytes.readBigInt64BE(take(8))
      case 0xd9:
        return string(unsigned(1))
      case 0xda:
        return string(unsigned(2))
      case 0xdb:
        return string(unsigned(4))
      case 0xdc:
        return array(unsigned(2), depth)
      case 0xdd:
        return array(unsigned(4), depth)
      default:
        throw new Error(`refused format 0x${marker.toString(16)}`)
    }
  }

  const result = value(0)
  if (at !== bytes.length) throw new Error('bytes behind the value')
  return result
}
