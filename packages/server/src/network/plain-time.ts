import type { UnixMs } from '@headwatch/protocol'

/** `12:03:04 UTC on 2026-11-24`, for sentences. */
export function plainTime(at: UnixMs): string {
  const time = new Date(at)
  if (Number.isNaN(time.getTime())) return 'an unknown time'
  const text = time.toISOString()
  return `${text.slice(11, 19)} UTC on ${text.slice(0, 10)}`
}

/** `45 s`, `12 min`, `3 h`: enough for a person to judge. */
export function plainDuration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3600)} h`
}
