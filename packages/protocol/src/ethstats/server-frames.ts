import { openEnvelope } from './envelope.ts'
import type { ClientTime, HistoryWish, ServerFrame } from './frame.ts'
import { readCount, readFields } from './scalar.ts'

/*
 * The frames of a server. Clients decode a frame into a map of which every value is an array, so nothing ever
 * stands beside `emit`.
 */

/** The first frame after a good hello, and the only one a client understands there. */
export const readyFrame = '{"emit":["ready"]}'

/** Ends the connection on purpose: old agents then stay away, new ones take it for a wrong secret before `ready`. */
export const closeFrame = '"primus::server::close"'

/** `clientTime` as it came; left out where it was. */
export const nodePongFrame = (clientTime: ClientTime | undefined, serverTimeMs: number): string =>
  JSON.stringify({ emit: ['node-pong', { clientTime, serverTime: serverTimeMs }] })

export const primusPing = (timeMs: number): string => `"primus::ping::${Math.floor(timeMs)}"`

/** Most blocks one request asks for. */
export const historyRequestBlocks = 50

/**
 * Asks for the `count` blocks up to `max`, at most 50: the one form that every client answers. Undefined
 * where the chain is too short to have them.
 */
export function historyRequestFrame(max: bigint, count: number = historyRequestBlocks): string | undefined {
  if (max < 1n || max > BigInt(Number.MAX_SAFE_INTEGER)) return undefined
  const last = Number(max)
  const first = Math.max(1, last - Math.min(count, historyRequestBlocks) + 1)
  const list = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  return JSON.stringify({ emit: ['history', { max: last, min: first, list }] })
}

/** A server's frames are short: a longer one is malformed. */
const limits = { frameChars: 1_048_576, depth: 16 }
/** Servers ask for 50; a longer list is cut. */
const maxAsked = 1_000

/** Reads one frame of any server. It never throws, whatever the text. */
export function readServerFrame(text: string): ServerFrame {
  const envelope = openEnvelope(text, limits)
  switch (envelope.kind) {
    case 'event':
      return readEvent(envelope.topic, envelope.payload)
    case 'primus':
      return { kind: envelope.message === 'ping' ? 'primus_ping' : 'primus_pong', time: envelope.time }
    case 'primus_close':
      return { kind: 'server_close' }
    case 'primus_other':
    case 'object':
      return { kind: 'ignored' }
    case 'malformed':
      return envelope
  }
}

function readEvent(topic: string, payload: unknown): ServerFrame {
  if (topic === 'ready') return { kind: 'ready' }
  if (topic === 'node-pong') return readNodePong(payload)
  return topic === 'history' ? { kind: 'history_wish', wish: readWish(payload) } : { kind: 'ignored' }
}

function readNodePong(payload: unknown): ServerFrame {
  const clientTime = readFields(payload)?.clientTime
  const isPlain = typeof clientTime === 'string' || typeof clientTime === 'number'
  return isPlain ? { kind: 'node_pong', clientTime } : { kind: 'node_pong' }
}

/** `false`, nulls for bounds and an empty list are what servers write that know next to nothing. */
function readWish(payload: unknown): HistoryWish {
  const fields = readFields(payload)
  if (Array.isArray(fields?.list)) {
    const numbers = fields.list.slice(0, maxAsked).flatMap((entry) => readCount(entry) ?? [])
    return { of: 'list', numbers }
  }
  const min = readCount(fields?.min)
  const max = readCount(fields?.max)
  return min === undefined || max === undefined ? { of: 'newest' } : { of: 'range', min, max }
}
