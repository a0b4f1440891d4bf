import type { AlarmKey, AlarmTransition } from '../alarm.ts'
import type { ClockOffset, Origin } from '../item.ts'
import type {
  BlockHeader,
  BlockReport,
  BlockTiming,
  GapMark,
  Location,
  LogEntry,
  MetricSet,
  NodeReport,
  SessionEvent,
  Telemetry,
  TelemetryRecord,
} from '../telemetry.ts'
import { type IdentityTable, readIdentity, readIdentityTable, writeIdentities } from './identities.ts'
import { packWire, unpackWire, type Wire } from './msgpack.ts'
import { recordLimits } from './record-limits.ts'
import {
  count,
  dictionary,
  type FieldCodecs,
  finite,
  hex,
  list,
  metricValue,
  NotReadable,
  oneOf,
  optional,
  quantity,
  readList,
  type StructCodec,
  sharedText,
  struct,
  type Texts,
  text,
} from './wire-codec.ts'

/*
 * The body of a data frame is one msgpack array: [texts, origins, offsets, rows, sources, identities].
 *
 *   texts    [text…]                           what repeats, once; `#` below is a place in it, from 0
 *   origins  [[agent #, node #, network #?]…]
 *   offsets  nil when row i is the record of number first + i, else the offset of each row, ascending
 *   rows     [[type, origin, at, clock, fields…]…]   origin: a place in `origins`; clock: nil or [offsetMs, errorMs]
 *   sources, identities   only from a server that passes on what agents numbered, else left away:
 *            [[agent #, stream #, epoch #]…] and for each row nil or [source, sequence, before, after, between, passed]: a place
 *            in `sources`, the number the record has there, and how many numbers right before and right after it are closed by it
 *            as well; then how many lie between those and the nearest lower run that was passed on earlier, and that run's length
 *
 *   1 node          client #, chainId, networkId #, genesis, protocols #, p2pPort, os #, osVersion #, contact #, coinbase, reporter #,
 *                   location [level, country #, city #, latitude, longitude]
 *   2 block         occasion, block, processingMs
 *   3 block_timing  number, hash, processingMs
 *   4 metrics       readings [name #, value, …], labels [name #, value #, …]
 *   5 log           severity, facility, application #, message, fields [name #, value, …]
 *   6 alarm         key [resource #, alarmType #, qualifier #], change, version, severity, text, actor #, shelvedUntil,
 *                   repair
 *   7 session       change, session #, prefix #, reason
 *   8 gap           reason; its identity says which numbers
 *
 *   block           [number, hash, parentHash, timestampS, miner, gasUsed, gasLimit, baseFeeWei, difficulty, totalDifficulty,
 *                   transactionCount, uncleCount, blobGasUsed, transactionsRoot, stateRoot, extraData]
 *
 * Absent fields are nil, and left away at the end of an array. Hashes and roots are 32 bytes (bin), addresses 20. Quantities are
 * integers, from 2^63 on decimal text. A reading is a number, or decimal text where it is a bigint.
 * Enumerations are the place of the word, from 0:
 *   level none, country, city, exact · occasion head, repeat, history · alarm change raised, changed, cleared, acknowledged, shelved,
 *   unshelved · alarm severity critical, major, minor, warning, indeterminate · session change opened, bye, closed, reset, timed_out, refused ·
 *   gap reason wrapped, dropped, quarantined, lost
 *
 * A row of an unknown type and a row that cannot be read cost themselves only: they are counted, and their number counts as delivered.
 * One that has an identity is read as a gap without reason, so that the numbers it closes count as delivered there too.
 */

/** What a body holds: the records of a batch, see `Batch.offsets`. */
export interface Body {
  readonly records: readonly TelemetryRecord[]
  readonly offsets?: readonly number[]
}

export type DecodedBody =
  | ({ readonly ok: true; readonly skipped: { readonly unknownType: number; readonly unreadable: number } } & Body)
  | { readonly ok: false; readonly reason: 'not_msgpack' | 'bad_table' | 'bad_offsets' }

export function encodeRecords({ records, offsets }: Body): Uint8Array {
  const texts = new TextTable([])
  const origins = new Map<string, { place: number; wire: Wire }>()
  const rows = records.map((record) => {
    const { agent, node, network } = record.origin
    const key = JSON.stringify([agent, node, network])
    const known = origins.get(key) ?? { place: origins.size, wire: originCodec.write(record.origin, texts) }
    origins.set(key, known)
    return writeRow(record, known.place, texts)
  })
  const head = [texts.all, [...origins.values()].map(({ wire }) => wire), offsets ?? null, rows]
  if (records.every(({ identity }) => identity === undefined)) return packWire(head)
  return packWire([...head, ...writeIdentities(records, texts)])
}

/**
 * Reads a body from anyone that closes `numbers` numbers. Never throws; takes time and memory in proportion to its length.
 * Where rows were skipped the records that are left have `offsets`.
 */
export function decodeRecords(body: Uint8Array, numbers: number): DecodedBody {
  // Deepest: body, rows, row, key or block or location.
  const wire = unpackWire(body, { bytes: body.byteLength, depth: 5 })
  if (!Array.isArray(wire)) return { ok: false, reason: 'not_msgpack' }
  const tables = readTables(wire as readonly Wire[])
  if (tables === undefined) return { ok: false, reason: 'bad_table' }
  const places = tables.offsets ?? tables.rows.map((_row, index) => index)
  if (!areOffsets(places, tables.rows.length, numbers)) return { ok: false, reason: 'bad_offsets' }
  const records: TelemetryRecord[] = []
  const offsets: number[] = []
  const skipped = { unknownType: 0, unreadable: 0 }
  tables.rows.forEach((row, index) => {
    const read = readRow(row, index, tables)
    if (read.skipped !== undefined) skipped[read.skipped]++
    if (read.record === undefined) return
    records.push(read.record)
    offsets.push(places[index] ?? 0)
  })
  return { ok: true, records, ...(records.length < numbers && { offsets }), skipped }
}

const shared = sharedText(recordLimits.text)
const hash = hex(32, 'exact')
const address = hex(20, 'exact')

const originCodec = struct<Omit<Origin, 'via'>>({ agent: shared, node: shared, network: optional(shared) })
const clockCodec = struct<ClockOffset>({ offsetMs: finite, errorMs: finite })

const locationCodec = struct<Location>({
  level: oneOf('none', 'country', 'city', 'exact'),
  country: optional(shared),
  city: optional(shared),
  latitude: optional(finite),
  longitude: optional(finite),
})

const blockCodec = struct<BlockHeader>({
  number: quantity,
  hash,
  parentHash: hash,
  timestampS: finite,
  miner: optional(address),
  gasUsed: optional(quantity),
  gasLimit: optional(quantity),
  baseFeeWei: optional(quantity),
  difficulty: optional(quantity),
  totalDifficulty: optional(quantity),
  transactionCount: optional(count()),
  uncleCount: optional(count()),
  blobGasUsed: optional(quantity),
  transactionsRoot: optional(hash),
  stateRoot: optional(hash),
  extraData: optional(hex(1_024, 'at_most')),
})

type Own<T extends Telemetry> = Omit<T, 'type' | 'origin' | 'at' | 'clock'>

/** Where the fields of a kind begin in a row: behind type, origin, at and clock. */
const fieldsStart = 4

interface KindOfRow {
  readonly type: Telemetry['type']
  readonly codec: StructCodec<object>
}

function row<T extends Telemetry>(type: T['type'], fields: FieldCodecs<Own<T>>): KindOfRow {
  return { type, codec: struct(fields) as unknown as StructCodec<object> }
}

/** By number. The order of the fields is the order on the wire. */
const rowKinds: readonly (KindOfRow | undefined)[] = [
  undefined,
  row<NodeReport>('node', {
    client: optional(shared),
    chainId: optional(quantity),
    networkId: optional(shared),
    genesis: optional(hash),
    protocols: optional(shared),
    p2pPort: optional(count()),
    os: optional(shared),
    osVersion: optional(shared),
    contact: optional(shared),
    coinbase: optional(address),
    reporter: optional(shared),
    location: optional(locationCodec),
  }),
  row<BlockReport>('block', {
    occasion: oneOf('head', 'repeat', 'history'),
    block: blockCodec,
    processingMs: optional(finite),
  }),
  row<BlockTiming>('block_timing', { number: quantity, hash, processingMs: finite }),
  row<MetricSet>('metrics', {
    readings: dictionary(shared, metricValue, recordLimits.entries),
    labels: optional(dictionary(shared, shared, recordLimits.entries)),
  }),
  row<LogEntry>('log', {
    severity: oneOf(0, 1, 2, 3, 4, 5, 6, 7),
    facility: optional(count(23)),
    application: shared,
    message: text(recordLimits.longText),
    fields: optional(dictionary(shared, text(recordLimits.longText), recordLimits.entries)),
  }),
  row<AlarmTransition>('alarm', {
    key: struct<AlarmKey>({ resource: shared, alarmType: shared, qualifier: shared }),
    change: oneOf('raised', 'changed', 'cleared', 'acknowledged', 'shelved', 'unshelved'),
    version: count(),
    severity: oneOf('critical', 'major', 'minor', 'warning', 'indeterminate'),
    text: text(recordLimits.longText),
    actor: optional(shared),
    shelvedUntil: optional(finite),
    repair: optional(text(recordLimits.text)),
  }),
  row<SessionEvent>('session', {
    change: oneOf('opened', 'bye', 'closed', 'reset', 'timed_out', 'refused'),
    session: shared,
    prefix: optional(shared),
    reason: optional(text(recordLimits.text)),
  }),
  row<GapMark>('gap', { reason: optional(oneOf('wrapped', 'dropped', 'quarantined', 'lost')) }),
]

function writeRow(record: TelemetryRecord, origin: number, texts: Texts): Wire {
  const number = Math.max(
    0,
    rowKinds.findIndex((candidate) => candidate?.type === record.type),
  )
  const fields = (rowKinds[number]?.codec.write(record, texts) ?? []) as readonly Wire[]
  const clock = record.clock === undefined ? null : clockCodec.write(record.clock, texts)
  return [number, origin, finite.write(record.at, texts), clock, ...fields]
}

interface RowRead {
  readonly record?: TelemetryRecord
  readonly skipped?: 'unknownType' | 'unreadable'
}

function readRow(wire: Wire, index: number, tables: Tables): RowRead {
  const identity = readIdentity(tables.identities, index)
  if (identity === 'unreadable') return { skipped: 'unreadable' }
  const read = readRecord(wire, tables)
  if (typeof read !== 'string') return { record: identity === undefined ? read : { ...read, identity } }
  if (identity === undefined) return { skipped: read }
  const { agent } = identity.source
  return { skipped: read, record: { type: 'gap', origin: { agent, node: agent }, at: 0, identity } }
}

function readRecord(wire: Wire, tables: Tables): TelemetryRecord | 'unknownType' | 'unreadable' {
  try {
    const parts = readList(wire, Number.POSITIVE_INFINITY)
    const [number, place, at, clock = null] = parts
    const kind = typeof number === 'number' ? rowKinds[number] : undefined
    if (kind === undefined) return 'unknownType'
    const origin = typeof place === 'number' ? tables.origins[place] : undefined
    if (origin === undefined) return 'unreadable'
    const record = { type: kind.type, origin, at: finite.read(at ?? null, tables.texts) }
    if (clock !== null) Object.assign(record, { clock: readClock(clock, tables.texts) })
    kind.codec.readInto(record, parts, fieldsStart, tables.texts)
    return record as TelemetryRecord
  } catch (thrown) {
    if (thrown instanceof NotReadable) return 'unreadable'
    throw thrown
  }
}

function readClock(wire: Wire, texts: Texts): ClockOffset {
  const clock = clockCodec.read(wire, texts)
  if (clock.errorMs < 0) throw new NotReadable('negative error')
  return clock
}

interface Tables {
  readonly texts: Texts
  readonly origins: readonly Origin[]
  readonly offsets: readonly number[] | undefined
  readonly rows: readonly Wire[]
  readonly identities: IdentityTable
}

function readTables([texts, origins, offsets, rows, sources, identities]: readonly Wire[]): Tables | undefined {
  try {
    const table = new TextTable(list(text(recordLimits.longText), Number.POSITIVE_INFINITY).read(texts ?? null, none))
    return {
      texts: table,
      origins: list(originCodec, recordLimits.records).read(origins ?? null, table),
      offsets: offsets === null ? undefined : list(count(), recordLimits.records).read(offsets ?? null, table),
      rows: readList(rows ?? null, recordLimits.records),
      identities: readIdentityTable(sources, identities, table),
    }
  } catch (thrown) {
    if (thrown instanceof NotReadable) return undefined
    throw thrown
  }
}

/** One offset for each row, ascending, inside the range. */
function areOffsets(offsets: readonly number[], rows: number, numbers: number): boolean {
  const last = offsets.at(-1) ?? 0
  return (
    offsets.length === rows &&
    (rows === 0 || last < numbers) &&
    offsets.every((offset, index) => index === 0 || offset > (offsets[index - 1] ?? 0))
  )
}

class TextTable implements Texts {
  readonly #texts: string[]
  readonly #places = new Map<string, number>()

  constructor(texts: readonly string[]) {
    this.#texts = [...texts]
  }

  get all(): readonly string[] {
    return this.#texts
  }

  put(added: string): number {
    const known = this.#places.get(added)
    if (known !== undefined) return known
    this.#places.set(added, this.#texts.length)
    return this.#texts.push(added) - 1
  }

  get(place: number): string | undefined {
    return this.#texts[place]
  }
}

const none: Texts = new TextTable([])
