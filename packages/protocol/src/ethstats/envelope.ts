import { isDeeperThan } from './nesting.ts'
import { readFields } from './scalar.ts'

/** What every frame of either side is, before its topic is looked at. */
export type Envelope =
  | { readonly kind: 'event'; readonly topic: string; readonly payload: unknown }
  | { readonly kind: 'primus'; readonly message: 'ping' | 'pong'; readonly time: string }
  | { readonly kind: 'primus_close' }
  | { readonly kind: 'primus_other' }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly kind: 'malformed'; readonly reason: 'too_long' | 'too_deep' | 'not_json' | 'not_an_event' }

/** Shorter frames cannot nest deep enough to cost anything. */
const harmlessChars = 4_096

const primusTime = /^primus::(ping|pong)::([0-9]{1,20})$/

/** Opens one frame. Never throws, whatever `text` is. */
export function openEnvelope(text: string, limits: { readonly frameChars: number; readonly depth: number }): Envelope {
  if (text.length > limits.frameChars) return { kind: 'malformed', reason: 'too_long' }
  if (text.length > harmlessChars && isDeeperThan(text, limits.depth)) return { kind: 'malformed', reason: 'too_deep' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'malformed', reason: 'not_json' }
  }
  if (typeof value === 'string') return openPrimus(value)
  const fields = readFields(value)
  if (fields === undefined) return { kind: 'malformed', reason: 'not_an_event' }
  if (!Object.hasOwn(fields, 'emit')) return { kind: 'object', fields }
  const emit = fields.emit
  if (!Array.isArray(emit) || typeof emit[0] !== 'string') return { kind: 'malformed', reason: 'not_an_event' }
  return { kind: 'event', topic: emit[0], payload: emit[1] }
}

function openPrimus(text: string): Envelope {
  const [, message, time] = primusTime.exec(text) ?? []
  if (time !== undefined) return { kind: 'primus', message: message === 'ping' ? 'ping' : 'pong', time }
  if (text === 'primus::server::close') return { kind: 'primus_close' }
  return text.startsWith('primus::') ? { kind: 'primus_other' } : { kind: 'malformed', reason: 'not_an_event' }
}
