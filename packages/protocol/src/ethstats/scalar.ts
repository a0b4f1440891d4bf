import type { Hex } from '../item.ts'

/*
 * Single values as the clients spell them: one fact is a number with geth, a hexadecimal text with Besu and a
 * decimal text with the original agent. Whatever is none of these is absent, never zero.
 */

const maxQuantity = (1n << 256n) - 1n
const decimal = /^[0-9]{1,78}$/
const hexadecimal = /^0x[0-9a-f]{1,64}$/i
const plainNumber = /^[0-9]{1,15}(\.[0-9]{1,20})?$/
const hash = /^0x[0-9a-f]{64}$/
const address = /^0x[0-9a-f]{40}$/

/** Number, `0x` text or decimal text of at most 256 bits. */
export function readQuantity(value: unknown): bigint | undefined {
  if (typeof value === 'number') {
    if (!Number.isInteger(value) || value < 0) return undefined
    if (value <= Number.MAX_SAFE_INTEGER) return BigInt(value)
    return withinQuantity(BigInt(value))
  }
  if (typeof value !== 'string') return undefined
  return decimal.test(value) || hexadecimal.test(value) ? withinQuantity(BigInt(value)) : undefined
}

/** A quantity that a number holds exactly. */
export function readCount(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? value : undefined
  const quantity = readQuantity(value)
  return quantity !== undefined && quantity <= Number.MAX_SAFE_INTEGER ? Number(quantity) : undefined
}

/** A number that is not negative, or the decimal text of one. */
export function readMeasure(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined
  return typeof value === 'string' && plainNumber.test(value) ? Number(value) : undefined
}

/** 32 bytes, in lower case. */
export function readHash(value: unknown): Hex | undefined {
  return readHex(value, hash, 66)
}

/** 20 bytes, in lower case. */
export function readAddress(value: unknown): Hex | undefined {
  return readHex(value, address, 42)
}

/** Any whole number of bytes up to `maxBytes`, in lower case. */
export function readBytes(value: unknown, maxBytes: number): Hex | undefined {
  if (typeof value !== 'string' || value.length > 2 + 2 * maxBytes || value.length % 2 !== 0) return undefined
  return /^0x[0-9a-f]*$/i.test(value) ? (value.toLowerCase() as Hex) : undefined
}

/** The text cut to `maxChars`, without control characters; absent when nothing is left of it. */
export function readText(value: unknown, maxChars: number): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = value
    .slice(0, maxChars)
    .replace(/\p{Cc}/gu, '')
    .toWellFormed()
    .trim()
  return text === '' ? undefined : text
}

/** The fields of an object that is not an array; undefined for everything else. */
export function readFields(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return value as Record<string, unknown>
}

function withinQuantity(quantity: bigint): bigint | undefined {
  return quantity <= maxQuantity ? quantity : undefined
}

function readHex(value: unknown, shape: RegExp, chars: number): Hex | undefined {
  if (typeof value !== 'string' || value.length !== chars) return undefined
  if (shape.test(value)) return value as Hex
  const lower = value.toLowerCase()
  return shape.test(lower) ? (lower as Hex) : undefined
}
