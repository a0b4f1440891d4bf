import type { QueueInspection } from '@headwatch/agent/queue-tools'
import { ageText, bytesText, countText } from './quantities.ts'

/** A queue for people. `now` dates what waits. */
export function inspectionText(queue: QueueInspection, now: number): string {
  const { folder, source, next, bytesOnDisk, segments, kept, quarantinedRecords, quarantine, refused } = queue
  const numbered =
    source === undefined ? 'nobody yet' : `${source.agent}, stream ${source.stream}, epoch ${source.epoch}`
  const setAside = refused.reduce((sum, { records }) => sum + records, 0)
  const facts = [
    ['numbered by', `${numbered}; the next record is number ${next}`],
    ['on disk', `${bytesText(bytesOnDisk)}, ${countText(kept, 'record')} in ${countText(segments.length, 'segment')}`],
    [
      'damaged',
      `${countText(quarantinedRecords, 'record')} so far; ${countText(quarantine.length, 'piece')} in quarantine/`,
    ],
    ['refused', `${countText(setAside, 'record')} in refused/`],
  ]
  return [
    `Queue ${folder}`,
    ...facts.map(([name = '', fact]) => `  ${name.padEnd(12)} ${fact}`),
    '',
    ...indented(table(destinationRows(queue, now))),
    ...(segments.length === 0 ? [] : ['', ...indented(table(segmentRows(queue)))]),
    ...refusals(queue, now),
  ].join('\n')
}

function destinationRows({ destinations }: QueueInspection, now: number): readonly (readonly string[])[] {
  if (destinations.length === 0) return [['No destination has a place in it yet.']]
  const rows = destinations.map(({ name, cursor, records, bytes, oldestAt, isOrphan }) => [
    isOrphan ? `${name} (not configured)` : name,
    String(records),
    bytesText(bytes),
    oldestAt === undefined ? '' : ageText(now - oldestAt),
    String(cursor),
  ])
  return [['destination', 'waiting', 'bytes', 'oldest', 'at number'], ...rows]
}

function segmentRows({ segments }: QueueInspection): readonly (readonly string[])[] {
  const rows = segments.map(({ file, first, last, bytes, epoch }) => [
    file,
    `${first} to ${last}`,
    bytesText(bytes),
    epoch,
  ])
  return [['segment', 'numbers', 'bytes', 'epoch'], ...rows]
}

function refusals({ refused }: QueueInspection, now: number): readonly string[] {
  if (refused.length === 0) return []
  const rows = refused.map(({ destination, records, at, reason }) => [
    destination,
    countText(records, 'record'),
    `${ageText(now - at)} ago`,
    reason,
  ])
  return ['', ...indented(table([['refused by', '', '', 'because'], ...rows]))]
}

/** Columns of equal width, without trailing space. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<number[]>((most, row) => {
    for (const [column, cell] of row.entries()) most[column] = Math.max(most[column] ?? 0, cell.length)
    return most
  }, [])
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`)
}
