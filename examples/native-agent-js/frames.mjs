// What an agent says, as bytes; and what a server says, checked field by field. A frame that is not as the protocol has it throws.

import { arrayHead, decode, encode } from './msgpack.mjs'

export const SUBPROTOCOL = 'headwatch.v1'
export const STREAM = 'main'
export const LIVE = 0
export const BACKLOG = 1
const LANES = [LIVE, BACKLOG]
const REASON_DROPPED = 1
const LOG_ROW = 5
const SEVERITY_INFO = 6
const MAX_SERVER_FRAME = 262_144
const MAX_SEQUENCE = 2n ** 63n - 1n
const MIN_FRAME_BYTES = 4_096
const MAX_BATCH_RECORDS = 65_536

export const hello = (agent, token, epoch, next) =>
  encode([1, agent, 'example-js/1.0', token, [[STREAM, epoch, next]], []])
export const gap = (lane, first, last) => encode([4, STREAM, lane, first, last, REASON_DROPPED])
export const bye = (reason) => encode([9, reason])
export const ping = () => encode([10, Date.now()])
export const pong = (sentAt, receivedAt) => encode([11, sentAt, receivedAt, Date.now()])
export const next = (number) => encode([12, STREAM, number])

/** The row of a log entry; its origin and application are the places that `bodies` gives them. */
export const logRow = (at, message) => encode([LOG_ROW, 0, at, null, SEVERITY_INFO, null, 1, message])

/** Data frames of one agent: `overhead` is what a frame takes at most beside its rows. */
export function dataFrames(agent) {
  const start = Buffer.concat([arrayHead(4), encode([agent, 'example']), encode([[0, 0, null]]), encode(null)])
  return {
    overhead: start.length + 40,
    build: (lane, first, rows) =>
      encode([3, STREAM, lane, first, rows.length, 0, Buffer.concat([start, arrayHead(rows.length), ...rows])]),
  }
}

function check(condition, what) {
  if (!condition) throw new Error(`bad field: ${what}`)
}

function count(value) {
  const number = typeof value === 'bigint' ? Number(value) : value
  check(Number.isSafeInteger(number) && number >= 0, 'count')
  return number
}

function word(value, list) {
  const place = count(value)
  check(place < list.length, 'word')
  return list[place]
}

function text(value) {
  check(typeof value === 'string', 'text')
  return value
}

function number(value) {
  check(typeof value === 'bigint' || Number.isFinite(value), 'number')
  return value
}

function array(value, atLeast = 0) {
  check(Array.isArray(value) && value.length >= atLeast, 'array')
  return value
}

// Numbers of this program stay far below 2^53: what lies beyond may be cut to it.
function range(first, last) {
  for (const end of [first, last]) check(typeof end === 'bigint' && end >= 0n && end <= MAX_SEQUENCE, 'sequence')
  check(first <= last, 'range')
  return {
    first: Math.min(Number(first), Number.MAX_SAFE_INTEGER),
    last: Math.min(Number(last), Number.MAX_SAFE_INTEGER),
  }
}

const credit = (records, bytes) => ({ records: count(records), bytes: count(bytes) })

function welcome([server, program, streams, firstCredit, heartbeatMs, limits, collectEveryMs, capabilities]) {
  text(server)
  text(program)
  count(collectEveryMs)
  array(capabilities).forEach(text)
  const message = {
    type: 'welcome',
    streams: array(streams).map((entry) => {
      const [stream, epoch, stored] = array(entry, 3)
      const ranges = array(stored).map((pair) => range(...array(pair, 2).slice(0, 2)))
      check(ranges.length <= 8 && ranges.every((r, i) => i === 0 || r.first > ranges[i - 1].last), 'stored')
      return { stream: text(stream), epoch: text(epoch), stored: ranges }
    }),
    credit: credit(...array(firstCredit, 2)),
    heartbeatMs: count(heartbeatMs),
    frameBytes: count(array(limits, 2)[0]),
    batchRecords: count(limits[1]),
  }
  check(message.heartbeatMs > 0, 'heartbeatMs')
  check(message.frameBytes >= MIN_FRAME_BYTES, 'frameBytes')
  check(message.batchRecords > 0 && message.batchRecords <= MAX_BATCH_RECORDS, 'batchRecords')
  return message
}

const READERS = new Map([
  [2n, welcome],
  [
    5n,
    ([stream, lane, through]) => ({
      type: 'ack',
      stream: text(stream),
      lane: word(lane, LANES),
      through: range(0n, through).last,
    }),
  ],
  [
    6n,
    ([stream, lane, first, last, action, retryAfterMs, reason]) => ({
      type: 'nack',
      stream: text(stream),
      lane: word(lane, LANES),
      ...range(first, last),
      action: word(action, ['retry', 'drop']),
      retryAfterMs: count(retryAfterMs),
      reason: text(reason),
    }),
  ],
  [7n, ([records, bytes]) => ({ type: 'credit', credit: credit(records, bytes) })],
  [
    8n,
    ([reason, why, retryAfterMs, spreadMs]) => ({
      type: 'goaway',
      reason: word(reason, ['restart', 'overloaded', 'unauthorized', 'duplicate', 'protocol_error', 'banned']),
      text: text(why),
      retryAfterMs: count(retryAfterMs),
      spreadMs: count(spreadMs),
    }),
  ],
  [10n, ([sentAt]) => ({ type: 'ping', sentAt: number(sentAt) })],
  [11n, ([sentAt, receivedAt, repliedAt]) => ({ type: 'pong', times: [sentAt, receivedAt, repliedAt].map(number) })],
])

export function readServerFrame(data) {
  check(data instanceof ArrayBuffer && data.byteLength <= MAX_SERVER_FRAME, 'frame')
  const [kind, ...fields] = array(decode(data), 1)
  const reader = READERS.get(typeof kind === 'number' ? BigInt(count(kind)) : kind)
  check(reader, 'kind')
  return reader(fields)
}
