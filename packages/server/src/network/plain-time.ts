import type { UnixMs } from '@headwatch/protocol'

/** `12:03:04 UTC on 2026-11-24`, for sentences. */
export function plainTime(at: UnixMs): string {
  const time = new Date(at)
  if (Number.isNaN(time.getTime())) return 'an unknown time'
  const text = time.toISOString()
  return `${text.slice(11, 19)} UTC on ${text.slice(0, 10)}`
}
