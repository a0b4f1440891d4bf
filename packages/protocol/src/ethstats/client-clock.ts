import type { UnixMs } from '../item.ts'

const decimalMs = /^[0-9]{12,14}$/
/** As Go and reth print a time: `2026-01-02 15:04:05.1 +0000 UTC m=+12.3`, `2026-01-02 15:04:05.123 +00:00 UTC`. */
const printed =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))? ([+-][0-9]{2}):?([0-9]{2})(?: |$)/
/** 2001 to 2286; what lies outside is no time in milliseconds. */
const plausible = { from: 1e12, to: 1e13 }

/** The client's clock as its `node-ping` tells it; undefined where that is no time. */
export function readClientClock(clientTime: unknown): UnixMs | undefined {
  const at = typeof clientTime === 'string' ? readText(clientTime) : clientTime
  if (typeof at !== 'number') return undefined
  return at >= plausible.from && at < plausible.to ? at : undefined
}

function readText(text: string): UnixMs | undefined {
  if (decimalMs.test(text)) return Number(text)
  const [, day, time, fraction = '0', hours, minutes] = printed.exec(text) ?? []
  if (day === undefined) return undefined
  const at = Date.parse(`${day}T${time}${hours}:${minutes}`)
  return Number.isNaN(at) ? undefined : at + Math.round(Number(`0.${fraction}`) * 1_000)
}
