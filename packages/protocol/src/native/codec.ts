import type { Credit, Limits, NativeMessage, StoredStream, StreamStart } from './messages.ts'
import { packWire, unpackWire, type Wire } from './msgpack.ts'
import {
  binary,
  count,
  type FieldCodecs,
  finite,
  list,
  maxSequence,
  NotReadable,
  oneOf,
  readList,
  sequence,
  struct,
  type Texts,
  text,
  type WireCodec,
} from './wire-codec.ts'

/*
 * A message is one msgpack array, its kind and then its fields:
 *
 *    1 hello    agent, program, token, streams [[stream, epoch, next]…], capabilities [text…]
 *    2 welcome  server, program, streams [[stream, epoch, stored [[first, last]…]]…], credit [records, bytes],
 *               heartbeatMs, limits [frameBytes, batchRecords], collectEveryMs, capabilities [text…]
 *    3 data     stream, lane, first, count, codec, body (bin)
 *    4 gap      stream, lane, first, last, reason
 *    5 ack      stream, lane, through
 *    6 nack     stream, lane, first, last, action, retryAfterMs, reason (text)
 *    7 credit   records, bytes
 *    8 goaway   reason, text, retryAfterMs, spreadMs
 *    9 bye      reason (text)
 *   10 ping     sentAt
 *   11 pong     sentAt, receivedAt, repliedAt
 *   12 next     stream, next
 *
 * Enumerations are the place of the word, from 0:
 *   lane    live, backlog
 *   codec   plain, zstd
 *   reason  of gap: wrapped, dropped, quarantined, lost
 *           of goaway: restart, overloaded, unauthorized, duplicate, protocol_error, banned
 *   action  retry, drop
 *
 * Numbers may come as any msgpack integer or float that holds them; sequence numbers as integers only, 0 to 2^63 - 1.
 * Maps and extensions are refused. Fields behind the known ones are ignored: that is how a message grows within `headwatch.v1`.
 * So are unknown capabilities; an unknown kind or place of a word is refused, for to guess it would be to lose data.
 */

/** How much a message may hold. Texts in UTF-16 units. */
export const messageLimits = { name: 256, token: 4_096, text: 1_024, streams: 64, capabilities: 32 } as const

/** Bound of a frame where the connection has agreed on none yet. */
export const defaultFrameBytes = 1_048_576

export type UnreadableFrame = 'too_long' | 'not_msgpack' | 'unknown_kind' | 'bad_field'

export type DecodedMessage =
  | { readonly ok: true; readonly message: NativeMessage }
  /** `where` is for a log: which kind, and what was expected. Never a value from the frame. */
  | { readonly ok: false; readonly reason: UnreadableFrame; readonly where: string }

/** The frame of a message. The message is believed to be what its type says. */
export function encodeMessage(message: NativeMessage): Uint8Array {
  const number = kinds.findIndex((candidate) => candidate?.type === message.type)
  const fields = kinds[number]?.codec.write(message, noTexts) as readonly Wire[]
  return packWire([number, ...fields])
}

/** Reads a frame from anyone. Never throws; takes time and memory in proportion to the frame. The body of `data` shares its memory. */
export function decodeMessage(frame: Uint8Array, frameBytes = defaultFrameBytes): DecodedMessage {
  if (frame.byteLength > frameBytes) return { ok: false, reason: 'too_long', where: `frame beyond ${frameBytes} bytes` }
  // hello and welcome nest deepest: message, streams, stream, ranges, range.
  const wire = unpackWire(frame, { bytes: frameBytes, depth: 8 })
  if (!Array.isArray(wire)) return { ok: false, reason: 'not_msgpack', where: 'frame' }
  const [number, ...fields] = wire as readonly Wire[]
  const kind = typeof number === 'number' ? kinds[number] : undefined
  if (kind === undefined) return { ok: false, reason: 'unknown_kind', where: 'kind' }
  try {
    const message = { type: kind.type, ...(kind.codec.read(fields, noTexts) as object) } as NativeMessage
    checkWhole(message)
    return { ok: true, message }
  } catch (thrown) {
    if (!(thrown instanceof NotReadable)) throw thrown
    return { ok: false, reason: 'bad_field', where: `${kind.type}: ${thrown.message}` }
  }
}

/** What no field shows alone. */
function checkWhole(message: NativeMessage): void {
  if (message.type === 'gap' || message.type === 'nack') checkOrder(message)
  if (message.type === 'data' && message.first + BigInt(message.count) - 1n > maxSequence) {
    throw new NotReadable('range beyond the last number')
  }
  if (message.type === 'welcome') for (const stream of message.streams) stream.stored.forEach(checkOrder)
}

function checkOrder(range: { readonly first: bigint; readonly last: bigint }): void {
  if (range.first > range.last) throw new NotReadable('range that ends before it begins')
}

const noTexts: Texts = { put: () => -1, get: () => undefined }

const name = text(messageLimits.name)
const words = text(messageLimits.text)
const lane = oneOf('live', 'backlog')
const range = { first: sequence, last: sequence }
const credit: FieldCodecs<Credit> = { records: count(), bytes: count() }

/** Keeps the names it knows: what a newer side offers beyond them is not used. */
const capabilities: WireCodec<readonly ('zstd' | 'blocks_on_request')[]> = {
  write: (names) => names,
  read: (wire) =>
    readList(wire, messageLimits.capabilities).filter((part) => part === 'zstd' || part === 'blocks_on_request'),
}

interface KindOfMessage {
  readonly type: NativeMessage['type']
  readonly codec: WireCodec<unknown>
}

function kind<T extends NativeMessage['type']>(
  type: T,
  fields: FieldCodecs<Omit<Extract<NativeMessage, { type: T }>, 'type'>>,
): KindOfMessage {
  return { type, codec: struct(fields) as WireCodec<unknown> }
}

/** By number. The order of the fields is the order on the wire. */
const kinds: readonly (KindOfMessage | undefined)[] = [
  undefined,
  kind('hello', {
    agent: name,
    program: name,
    token: text(messageLimits.token),
    streams: list(struct<StreamStart>({ stream: name, epoch: name, next: sequence }), messageLimits.streams),
    capabilities,
  }),
  kind('welcome', {
    server: name,
    program: name,
    streams: list(
      struct<StoredStream>({ stream: name, epoch: name, stored: list(struct(range), 8) }),
      messageLimits.streams,
    ),
    credit: struct(credit),
    heartbeatMs: count(),
    limits: struct<Limits>({ frameBytes: count(), batchRecords: count() }),
    collectEveryMs: count(),
    capabilities,
  }),
  kind('data', {
    stream: name,
    lane,
    first: sequence,
    count: positive(),
    codec: oneOf('plain', 'zstd'),
    body: binary,
  }),
  kind('gap', { stream: name, lane, ...range, reason: oneOf('wrapped', 'dropped', 'quarantined', 'lost') }),
  kind('ack', { stream: name, lane, through: sequence }),
  kind('nack', {
    stream: name,
    lane,
    ...range,
    action: oneOf('retry', 'drop'),
    retryAfterMs: count(),
    reason: words,
  }),
  kind('credit', credit),
  kind('goaway', {
    reason: oneOf('restart', 'overloaded', 'unauthorized', 'duplicate', 'protocol_error', 'banned'),
    text: words,
    retryAfterMs: count(),
    spreadMs: count(),
  }),
  kind('bye', { reason: words }),
  kind('ping', { sentAt: finite }),
  kind('pong', { sentAt: finite, receivedAt: finite, repliedAt: finite }),
  kind('next', { stream: name, next: sequence }),
]

function positive(): WireCodec<number> {
  const whole = count()
  return {
    write: whole.write,
    read: (wire, texts) => {
      const value = whole.read(wire, texts)
      if (value === 0) throw new NotReadable('no count from 1')
      return value
    },
  }
}
