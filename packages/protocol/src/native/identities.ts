import { type Source, sourceText } from '../source.ts'
import type { RecordIdentity, TelemetryRecord } from '../telemetry.ts'
import type { Wire } from './msgpack.ts'
import { recordLimits } from './record-limits.ts'
import {
  count,
  list,
  maxSequence,
  NotReadable,
  optional,
  readList,
  sequence,
  sharedText,
  struct,
  type Texts,
  type WireCodec,
} from './wire-codec.ts'

/** The two arrays at the end of a body, see `records.ts`. */
export interface IdentityTable {
  readonly sources: readonly Source[]
  readonly rows: readonly Wire[]
  readonly texts: Texts
}

/** The arrays `sources` and `identities` for `records`. */
export function writeIdentities(records: readonly TelemetryRecord[], texts: Texts): readonly [Wire, Wire] {
  const sources = new Map<string, { place: number; wire: Wire }>()
  const identities = records.map(({ identity }): Wire => {
    if (identity === undefined) return null
    const key = sourceText(identity.source)
    const known = sources.get(key) ?? { place: sources.size, wire: sourceCodec.write(identity.source, texts) }
    sources.set(key, known)
    return reachCodec.write({ source: known.place, ...reachOf(identity) }, texts)
  })
  return [[...sources.values()].map(({ wire }) => wire), identities]
}

/** Both arrays may be absent. @throws {NotReadable} */
export function readIdentityTable(
  sources: Wire | undefined,
  identities: Wire | undefined,
  texts: Texts,
): IdentityTable {
  return {
    sources: list(sourceCodec, recordLimits.records).read(sources ?? [], texts),
    rows: readList(identities ?? [], recordLimits.records),
    texts,
  }
}

/** The identity of the row at `index`; undefined where it has none. */
export function readIdentity(
  { sources, rows, texts }: IdentityTable,
  index: number,
): RecordIdentity | 'unreadable' | undefined {
  const wire = rows[index] ?? null
  if (wire === null) return undefined
  try {
    const {
      source: place,
      sequence: number,
      before = 0,
      after = 0,
      between = 0,
      passed: run = 0,
    } = reachCodec.read(wire, texts)
    const source = sources[place]
    const closes = { first: number - BigInt(before), last: number + BigInt(after) }
    const last = closes.first - 1n - BigInt(between)
    const passed = { first: last - BigInt(run) + 1n, last }
    const lowest = run > 0 ? passed.first : closes.first
    if (source === undefined || lowest < 0n || closes.last > maxSequence) return 'unreadable'
    return { source, sequence: number, ...(before + after > 0 && { closes }), ...(run > 0 && { passed }) }
  } catch (thrown) {
    if (thrown instanceof NotReadable) return 'unreadable'
    throw thrown
  }
}

/** A place in the table of sources, a number there, and how many numbers beside it are closed too. */
interface Reach {
  readonly source: number
  readonly sequence: bigint
  readonly before?: number
  readonly after?: number
  /** How many numbers lie between them and the nearest run of numbers that was passed on earlier, and how many those are. */
  readonly between?: number
  readonly passed?: number
}

const shared = sharedText(recordLimits.text)
const sourceCodec = struct<Source>({ agent: shared, stream: shared, epoch: shared })
const reachCodec: WireCodec<Reach> = struct<Reach>({
  source: count(),
  sequence,
  before: optional(count()),
  after: optional(count()),
  between: optional(count()),
  passed: optional(count()),
})

function reachOf({ sequence: number, closes, passed }: RecordIdentity): Omit<Reach, 'source'> {
  const { first, last } = closes ?? { first: number, last: number }
  const [before, after] = [Number(number - first), Number(last - number)]
  const between = passed === undefined ? 0 : Number(first - passed.last) - 1
  return {
    sequence: number,
    ...(before > 0 && { before }),
    ...(after > 0 && { after }),
    ...(between > 0 && { between }),
    ...(passed !== undefined && { passed: Number(passed.last - passed.first) + 1 }),
  }
}
