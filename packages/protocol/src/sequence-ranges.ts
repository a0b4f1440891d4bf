import type { SequenceRange } from './source.ts'

/** More disjoint ranges than this and the sender must wait: what is remembered of a source stays bounded. */
export const maxRanges = 8

/**
 * `ranges` with `added` closed, ascending, disjoint and with touching neighbours joined.
 * The argument must have that form and is not changed.
 */
export function closeRange(ranges: readonly SequenceRange[], added: SequenceRange): readonly SequenceRange[] {
  const before = ranges.filter((range) => range.last + 1n < added.first)
  const after = ranges.filter((range) => range.first > added.last + 1n)
  const joined = ranges.filter((range) => range.last + 1n >= added.first && range.first <= added.last + 1n)
  const first = joined.reduce((least, range) => (range.first < least ? range.first : least), added.first)
  const last = joined.reduce((most, range) => (range.last > most ? range.last : most), added.last)
  return [...before, { first, last }, ...after]
}

/** Whether `sequence` lies in one of `ranges`. */
export function isClosed(ranges: readonly SequenceRange[], sequence: bigint): boolean {
  return ranges.some((range) => range.first <= sequence && sequence <= range.last)
}

/** The parts of `wanted` that none of `ranges` closes, ascending. */
export function openParts(ranges: readonly SequenceRange[], wanted: SequenceRange): readonly SequenceRange[] {
  const parts: SequenceRange[] = []
  let next = wanted.first
  for (const range of ranges) {
    if (range.last < next || range.first > wanted.last) continue
    if (range.first > next) parts.push({ first: next, last: range.first - 1n })
    next = range.last + 1n
  }
  if (next <= wanted.last) parts.push({ first: next, last: wanted.last })
  return parts
}
