import type { DestinationReport, QueueReport } from '@headwatch/agent/queue-tools'
import { ageText, bytesText, countText } from './quantities.ts'

/** A queue, with what is known of who reads it. */
export interface Inspection extends QueueReport {
  readonly destinations: readonly (DestinationReport & { readonly isOrphan: boolean })[]
}

/** A queue for people. `now` dates what waits. */
export function inspectionText(queue: Inspection, now: number): string {
  return [
    `Queue ${queue.folder}`,
    ...indented(factRows(queue).map(([name, fact]) => `${name.padEnd(12)} ${fact}`)),
    '',
    ...indented(table(destinationRows(queue, now))),
    ...(queue.segments.length === 0 ? [] : ['', ...indented(table(segmentRows(queue)))]),
    ...(queue.refused.length === 0 ? [] : ['', ...indented(table(refusedRows(queue, now)))]),
  ].join('\n')
}

function factRows(queue: Inspection): readonly (readonly [string, string])[] {
  const { sources, next, isClosed, bytes, segments, quarantinedRecords, quarantine, refused } = queue
  const source = sources.at(-1)?.source
  const numbered =
    source === undefined ? 'nobody yet' : `${source.agent}, stream ${source.stream}, epoch ${source.epoch}`
  const refusedRecords = refused.reduce((sum, { records }) => sum + records, 0)
  return [
    ['numbered by', `${numbered}; the next record is number ${next}`],
    ['state', isClosed ? 'left in order' : 'in use, or not left in order'],
    ['on disk', `${bytesText(bytes)} in ${countText(segments.length, 'segment')}`],
    [
      'damaged',
      `${countText(quarantinedRecords, 'record')} so far; ${countText(quarantine.length, 'file')} in quarantine/`,
    ],
    ['refused', `${countText(refusedRecords, 'record')}; ${countText(refused.length, 'file')} in refused/`],
  ]
}

function destinationRows({ destinations }: Inspection, now: number): readonly (readonly string[])[] {
  if (destinations.length === 0) return [['No destination has a place in it.']]
  const rows = destinations.map(({ destination, records, bytes, oldestAt, cursor, isOrphan }) => [
    isOrphan ? `${destination} (not configured)` : destination,
    String(records),
    bytesText(bytes),
    oldestAt === undefined ? '' : ageText(now - oldestAt),
    String(cursor),
  ])
  return [['destination', 'waiting', 'bytes', 'oldest', 'next number'], ...rows]
}

function segmentRows({ segments }: Inspection): readonly (readonly string[])[] {
  const rows = segments.map(({ file, first, last, bytes, source: { epoch } }) => [
    file,
    `${first} to ${last}`,
    bytesText(bytes),
    epoch,
  ])
  return [['segment', 'numbers', 'bytes', 'epoch'], ...rows]
}

function refusedRows({ refused }: Inspection, now: number): readonly (readonly string[])[] {
  const rows = refused.map(({ destination, records, at, reason }) => [
    destination,
    countText(records, 'record'),
    `${ageText(now - at)} ago`,
    reason,
  ])
  return [['refused by', 'what', 'when', 'why'], ...rows]
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
