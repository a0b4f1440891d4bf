import { plainBytes, type Wire } from './msgpack.ts'

/** Where strings that repeat are written once. */
export interface Texts {
  /** The place of `text`, given to it at its first use. */
  put(text: string): number
  get(place: number): string | undefined
}

/** Writes and reads one kind of value. `read` believes nothing and throws `NotReadable`. */
export interface WireCodec<T> {
  write(value: T, texts: Texts): Wire
  read(wire: Wire, texts: Texts): T
}

/** A field that may be absent: nil on the wire, no key in the object. */
export interface OptionalCodec<T> extends WireCodec<T> {
  readonly isOptional: true
}

/** Thrown while reading and caught at the doors of this folder: what was read is not what it must be. */
export class NotReadable extends Error {
  override readonly name = 'NotReadable'
}

/** The highest sequence number: a signed 64-bit integer, as databases have it. */
export const maxSequence = 2n ** 63n - 1n

/** Text of at most `maxLength` UTF-16 units, written where it stands. Half a surrogate pair has no UTF-8 and goes as U+FFFD. */
export function text(maxLength: number): WireCodec<string> {
  return {
    write: (value) => value.toWellFormed(),
    read: (wire) => {
      if (typeof wire !== 'string' || wire.length > maxLength) throw new NotReadable(`no text up to ${maxLength}`)
      return wire
    },
  }
}

/** Text that is likely to come again: its place in the table of texts. */
export function sharedText(maxLength: number): WireCodec<string> {
  return {
    write: (value, texts) => texts.put(value.toWellFormed()),
    read: (wire, texts) => {
      const found = typeof wire === 'number' ? texts.get(wire) : undefined
      if (found === undefined || found.length > maxLength) throw new NotReadable(`no shared text up to ${maxLength}`)
      return found
    },
  }
}

/** A whole number from 0 to 2^53 - 1 or the smaller `max`. */
export function count(max = Number.MAX_SAFE_INTEGER): WireCodec<number> {
  return {
    write: writeNumber,
    read: (wire) => {
      const value = toNumber(wire)
      if (!Number.isSafeInteger(value) || value < 0 || value > max) throw new NotReadable(`no count up to ${max}`)
      return value
    },
  }
}

/** Any finite number. An integer or a float on the wire, whichever holds it. */
export const finite: WireCodec<number> = {
  write: writeNumber,
  read: (wire) => {
    const value = toNumber(wire)
    if (!Number.isFinite(value)) throw new NotReadable('no finite number')
    return value
  },
}

/** A sequence number, 0 to 2^63 - 1. */
export const sequence: WireCodec<bigint> = {
  write: writeBigint,
  read: (wire) => {
    const value = toBigint(wire)
    if (value < 0n || value > maxSequence) throw new NotReadable('no sequence number')
    return value
  },
}

/** A quantity of up to 256 bits, never negative: an integer below 2^63, decimal text above. */
export const quantity: WireCodec<bigint> = {
  write: (value) => (value <= maxSequence ? writeBigint(value) : value.toString()),
  read: (wire) => {
    const value = typeof wire === 'string' ? decimal(wire) : toBigint(wire)
    if (value < 0n || value >= 2n ** 256n) throw new NotReadable('no quantity')
    return value
  },
}

/** A reading: a number stays a number; a bigint is always decimal text, so that 5 and 5n stay apart. */
export const metricValue: WireCodec<number | bigint> = {
  write: (value) => (typeof value === 'bigint' ? value.toString() : writeNumber(value)),
  read: (wire, texts) => (typeof wire === 'string' ? decimal(wire) : finite.read(wire, texts)),
}

/** Hexadecimal digits as bytes, at most `maxBytes`, or exactly that many. */
export function hex(maxBytes: number, length: 'exact' | 'at_most'): WireCodec<`0x${string}`> {
  return {
    write: (value) => (/^0x([0-9a-f]{2})*$/.test(value) ? bytesOf(value) : value),
    read: (wire) => {
      const isWrong = !(wire instanceof Uint8Array) || wire.length > maxBytes
      if (isWrong || (length === 'exact' && wire.length !== maxBytes)) throw new NotReadable(`no ${maxBytes} bytes`)
      return hexOf(wire)
    },
  }
}

export const binary: WireCodec<Uint8Array> = {
  write: (value) => value,
  read: (wire) => {
    if (!(wire instanceof Uint8Array)) throw new NotReadable('no bytes')
    return plainBytes(wire)
  },
}

/** One of a closed list: its place in the list, which therefore only ever grows at its end. */
export function oneOf<const T extends string | number>(...values: readonly T[]): WireCodec<T> {
  return {
    write: (value) => values.indexOf(value),
    read: (wire) => {
      const found = typeof wire === 'number' ? values[wire] : undefined
      if (found === undefined) throw new NotReadable(`none of ${values.join(', ')}`)
      return found
    },
  }
}

export function list<T>(item: WireCodec<T>, maxLength: number): WireCodec<readonly T[]> {
  return {
    write: (values, texts) => values.map((value) => item.write(value, texts)),
    read: (wire, texts) => readList(wire, maxLength).map((part) => item.read(part, texts)),
  }
}

const plainField = { enumerable: true, configurable: true, writable: true }

/** A map from text: key and value in turn. Keys come as they were put in. */
export function dictionary<T>(
  key: WireCodec<string>,
  value: WireCodec<T>,
  maxSize: number,
): WireCodec<Readonly<Record<string, T>>> {
  return {
    write: (map, texts) =>
      Object.entries(map).flatMap(([name, entry]) => [key.write(name, texts), value.write(entry, texts)]),
    read: (wire, texts) => {
      const flat = readList(wire, maxSize * 2)
      if (flat.length % 2 === 1) throw new NotReadable('a key without a value')
      const map: Record<string, T> = {}
      for (let index = 0; index < flat.length; index += 2) {
        const name = key.read(flat[index] ?? null, texts)
        const entry = value.read(flat[index + 1] ?? null, texts)
        // The one name that would not become a key of its own.
        if (name === '__proto__') Object.defineProperty(map, name, { value: entry, ...plainField })
        else map[name] = entry
      }
      return map
    },
  }
}

export function optional<T>(codec: WireCodec<T>): OptionalCodec<T> {
  return { ...codec, isOptional: true }
}

/** A codec for each field; optional ones wrapped. The order of the keys is the order on the wire and never changes. */
export type FieldCodecs<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K>
    ? OptionalCodec<Exclude<T[K], undefined>>
    : WireCodec<T[K]>
}

/** A codec whose fields can also be read out of the middle of a longer array. */
export interface StructCodec<T> extends WireCodec<T> {
  /** Adds the fields that stand in `parts` from `start` on to `target`. */
  readInto(target: Partial<T>, parts: readonly Wire[], start: number, texts: Texts): void
}

/** An object as the array of its fields, absent ones nil, nils at the end left away. Fields beyond the known are ignored. */
export function struct<T>(fields: FieldCodecs<T>): StructCodec<T> {
  const named = Object.entries(fields) as [string, WireCodec<unknown> & { isOptional?: true }][]
  function readInto(target: Partial<T>, parts: readonly Wire[], start: number, texts: Texts): void {
    const value = target as Record<string, unknown>
    let index = start
    for (const [name, codec] of named) {
      const part = parts[index++] ?? null
      if (part !== null || codec.isOptional !== true) value[name] = codec.read(part, texts)
    }
  }
  return {
    write: (value, texts) => {
      const source = value as Record<string, unknown>
      const parts = named.map(([name, codec]) => (source[name] === undefined ? null : codec.write(source[name], texts)))
      while (parts.at(-1) === null) parts.pop()
      return parts
    },
    read: (wire, texts) => {
      const value: Partial<T> = {}
      readInto(value, readList(wire, Number.POSITIVE_INFINITY), 0, texts)
      return value as T
    },
    readInto,
  }
}

export function readList(wire: Wire, maxLength: number): readonly Wire[] {
  if (!Array.isArray(wire) || wire.length > maxLength) throw new NotReadable(`no list up to ${maxLength}`)
  return wire as readonly Wire[]
}

/** Whole numbers as integers: the packer would make floats of those beyond 32 bits. */
function writeNumber(value: number): Wire {
  return Number.isSafeInteger(value) && Math.abs(value) > 0x7fff_ffff ? BigInt(value) : value
}

function writeBigint(value: bigint): Wire {
  return value >= 0n && value <= 0x7fff_ffffn ? Number(value) : value
}

function toNumber(wire: Wire): number {
  if (typeof wire === 'number') return wire
  const value = typeof wire === 'bigint' ? Number(wire) : Number.NaN
  return Number.isSafeInteger(value) ? value : Number.NaN
}

function toBigint(wire: Wire): bigint {
  if (typeof wire === 'bigint') return wire
  if (typeof wire === 'number' && Number.isSafeInteger(wire)) return BigInt(wire)
  throw new NotReadable('no integer')
}

function decimal(digits: string): bigint {
  if (!/^-?[0-9]{1,78}$/.test(digits)) throw new NotReadable('no decimal text')
  return BigInt(digits)
}

function bytesOf(digits: string): Uint8Array {
  const bytes = new Uint8Array(digits.length / 2 - 1)
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(digits.slice(2 + index * 2, 4 + index * 2), 16)
  }
  return bytes
}

const digitsOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function hexOf(bytes: Uint8Array): `0x${string}` {
  let digits: `0x${string}` = '0x'
  for (let index = 0; index < bytes.length; index++) digits += digitsOfByte[bytes[index] ?? 0]
  return digits
}
