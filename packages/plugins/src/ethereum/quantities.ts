import type { Hex } from '@headwatch/protocol'

/** A JSON-RPC quantity. Clients differ: `"0x1a"`, and anvil's `eth_protocolVersion` a plain number. Undefined when it is neither. */
export function toQuantity(value: unknown): bigint | undefined {
  if (typeof value === 'string' && /^0x[0-9a-f]{1,64}$/i.test(value)) return BigInt(value)
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value)
  return undefined
}

/** A quantity that must fit a number, such as a count. */
export function toCount(value: unknown): number | undefined {
  const quantity = toQuantity(value)
  return quantity === undefined || quantity > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(quantity)
}

/** `bytes` bytes as lower-case hexadecimal. */
export function toHex(value: unknown, bytes: number): Hex | undefined {
  if (typeof value !== 'string' || value.length !== 2 + bytes * 2 || !/^0x[0-9a-f]+$/i.test(value)) return undefined
  return value.toLowerCase() as Hex
}

/** Text from a client, at most `length` characters of it. */
export function toText(value: unknown, length: number): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, length) : undefined
}
