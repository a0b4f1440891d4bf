/** `1 record`, `2 records`. */
export function countText(count: number, what: string): string {
  return count === 1 ? `1 ${what}` : `${count} ${what}s`
}

const byteUnits = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `512 bytes`, `1.2 MiB`. */
export function bytesText(bytes: number): string {
  const unit = Math.min(byteUnits.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  return unit === 0 ? `${bytes} bytes` : `${(bytes / 1_024 ** unit).toFixed(1)} ${byteUnits[unit]}`
}

const ageUnits = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const

/** `3 minutes`; a moment that lies ahead, by another clock, is `0 seconds`. */
export function ageText(ms: number): string {
  const [unit, unitMs] = ageUnits.find(([, length]) => ms >= length) ?? ['second', 1_000]
  return countText(Math.max(0, Math.floor(ms / unitMs)), unit)
}
