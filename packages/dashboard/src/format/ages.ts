/** How long ago, for people: `3.2 s`, `12 s`, `2 m 14 s`, `14 m`, `6 h 02 m`, `3 d 04 h`, `41 d`. Below zero is zero. */
export function ageText(ageMs: number): string {
  const seconds = Math.max(0, ageMs) / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} m`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ${two(minutes % 60)} m`
  const days = Math.floor(hours / 24)
  return days < 30 ? `${days} d ${two(hours % 24)} h` : `${days} d`
}

/** Whole seconds and up: what counts in steps of a second never shows tenths. */
export function wholeAgeText(ageMs: number): string {
  const seconds = Math.max(0, Math.round(ageMs / 1000))
  return seconds < 10 ? `${seconds} s` : ageText(seconds * 1000)
}

/** Time of day in UTC: `20:07:41`. */
export function timeOfDay(at: number): string {
  return new Date(at).toISOString().slice(11, 19)
}

/** Hour and minute in UTC: `20:07`. */
export function timeOfMinute(at: number): string {
  return timeOfDay(at).slice(0, 5)
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
