/*
 * The part of MessagePack that the protocol uses: nil, integers, floats, text, bytes, arrays. What is read as an integer
 * beyond 2^53 comes as a bigint.
 */

/** Thrown by `decode`: the bytes are not one value of the kinds above. */
export class NotMsgpack extends Error {
  name = 'NotMsgpack'
}

/** @param {unknown} value @returns {Uint8Array} */
export function encode(value) {
  /** @type {Uint8Array[]} */
  const parts = []
  write(value, parts)
  return Buffer.concat(parts)
}

function write(value, parts) {
  if (value === null || value === undefined) return parts.push(Uint8Array.of(0xc0))
  if (Array.isArray(value)) {
    parts.push(head(value.length, [0x90, 15], undefined, 0xdc, 0xdd))
    for (const item of value) write(item, parts)
    return undefined
  }
  if (typeof value === 'string') {
    const text = Buffer.from(value, 'utf8')
    return parts.push(head(text.length, [0xa0, 31], 0xd9, 0xda, 0xdb), text)
  }
  if (value instanceof Uint8Array) return parts.push(head(value.length, undefined, 0xc4, 0xc5, 0xc6), value)
  if (typeof value === 'bigint') return parts.push(integer(value))
  if (typeof value === 'number') return parts.push(Number.isSafeInteger(value) ? integer(BigInt(value)) : float(value))
  throw new TypeError(`cannot be written: ${typeof value}`)
}

/** The bytes before something of a length: `fix` is the first byte and the largest length of the form that has none. */
function head(length, fix, one, two, four) {
  if (fix !== undefined && length <= fix[1]) return Uint8Array.of(fix[0] | length)
  if (one !== undefined && length <= 0xff) return Uint8Array.of(one, length)
  if (length <= 0xffff) return Uint8Array.of(two, length >> 8, length & 0xff)
  const bytes = Buffer.alloc(5, four)
  bytes.writeUInt32BE(length, 1)
  return bytes
}

function integer(value) {
  if (value >= 0n && value <= 0x7fn) return Uint8Array.of(Number(value))
  if (value >= 0n && value <= 0xffffffffn) {
    const bytes = Buffer.alloc(5, 0xce)
    bytes.writeUInt32BE(Number(value), 1)
    return bytes
  }
  const bytes = Buffer.alloc(9, 0xd3)
  bytes.writeBigInt64BE(value, 1)
  return bytes
}

function float(value) {
  const bytes = Buffer.alloc(9, 0xcb)
  bytes.writeDoubleBE(value, 1)
  return bytes
}

/** @param {Uint8Array} bytes @returns {unknown} @throws {NotMsgpack} */
export function decode(bytes) {
  const reader = new Reader(bytes)
  const value = reader.value(8)
  if (reader.rest > 0) throw new NotMsgpack('bytes behind the value')
  return value
}

class Reader {
  #bytes
  #at = 0

  constructor(bytes) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get rest() {
    return this.#bytes.length - this.#at
  }

  value(depth) {
    const token = this.#unsigned(1)
    if (token <= 0x7f) return token
    if (token >= 0xe0) return token - 0x100
    if (token >= 0xa0 && token <= 0xbf) return this.#text(token & 0x1f)
    if (token >= 0x90 && token <= 0x9f) return this.#array(token & 0x0f, depth)
    switch (token) {
      case 0xc0:
        return null
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return Uint8Array.from(this.#take(this.#unsigned(1 << (token - 0xc4))))
      case 0xca:
        return this.#take(4).readFloatBE()
      case 0xcb:
        return this.#take(8).readDoubleBE()
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#unsigned(1 << (token - 0xcc))
      case 0xcf:
        return plain(this.#take(8).readBigUInt64BE())
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return this.#signed(1 << (token - 0xd0))
      case 0xd3:
        return plain(this.#take(8).readBigInt64BE())
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#unsigned(1 << (token - 0xd9)))
      case 0xdc:
      case 0xdd:
        return this.#array(this.#unsigned(2 << (token - 0xdc)), depth)
      default:
        throw new NotMsgpack(`first byte ${token.toString(16)}`)
    }
  }

  #array(length, depth) {
    // Each item takes a byte at least: a length that cannot be is refused before anything is made for it.
    if (depth === 0 || length > this.rest) throw new NotMsgpack('too deep or too short')
    return Array.from({ length }, () => this.value(depth - 1))
  }

  #text(length) {
    return this.#take(length).toString('utf8')
  }

  #unsigned(length) {
    return this.#take(length).readUIntBE(0, length)
  }

  #signed(length) {
    return this.#take(length).readIntBE(0, length)
  }

  #take(length) {
    if (length > this.rest) throw new NotMsgpack('too short')
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}

function plain(integer) {
  return BigInt.asIntN(54, integer) === integer ? Number(integer) : integer
}
