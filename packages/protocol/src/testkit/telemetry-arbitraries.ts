import type * as FastCheck from 'fast-check'
import type { AlarmTransition } from '../alarm.ts'
import type { Hex } from '../item.ts'
import type {
  BlockHeader,
  BlockReport,
  BlockTiming,
  GapMark,
  LogEntry,
  MetricSet,
  NodeReport,
  RecordIdentity,
  SessionEvent,
  TelemetryRecord,
} from '../telemetry.ts'

type Fc = typeof FastCheck
type Arbitrary<T> = FastCheck.Arbitrary<T>
type Model<T> = { readonly [K in keyof T]-?: Arbitrary<Exclude<T[K], undefined>> }

/** Random records of each type, with any of the optional fields absent. `fc` is the caller's own fast-check: no package depends on it. */
export function telemetryArbitraries(fc: Fc) {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('', 'eu-1', '__proto__', '<b>&amp;'),
  )
  const number = fc
    .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger())
    .map((value) => (value === 0 ? 0 : value))
  const count = fc.oneof(fc.nat(), fc.maxSafeNat())
  const quantity = fc.oneof(fc.bigInt(0n, 300n), fc.bigInt(0n, 2n ** 256n - 1n))
  const hex = (bytes: number): Arbitrary<Hex> =>
    fc
      .uint8Array({ minLength: bytes, maxLength: bytes })
      .map((digits): Hex => `0x${Buffer.from(digits).toString('hex')}`)
  const dictionary = <T>(value: Arbitrary<T>) => fc.dictionary(text, value, { maxKeys: 6, noNullPrototype: true })

  const sequence = fc.bigInt(0n, 2n ** 62n)
  const reach = fc.tuple(fc.nat(1_000), fc.nat(1_000), fc.nat(1_000), fc.nat(1_000))
  const identity = fc
    .record({
      source: fc.record({ agent: text, stream: text, epoch: text }, { noNullPrototype: true }),
      sequence,
      reach,
    })
    .map(({ source, sequence: number, reach: [before, after, between, run] }): RecordIdentity => {
      const first = number < before ? 0n : number - BigInt(before)
      const last = number + BigInt(after)
      const passed = { first: first - BigInt(between + run), last: first - 1n - BigInt(between) }
      return {
        source,
        sequence: number,
        ...(first < last && { closes: { first, last } }),
        ...(passed.first >= 0n && run > 0 && { passed }),
      }
    })

  /** Of a model, the required keys always and the others sometimes. */
  const some = <T>(model: Model<T>, requiredKeys: readonly (keyof T)[]): Arbitrary<T> =>
    fc.record(
      model as never,
      { requiredKeys: requiredKeys as never[], noNullPrototype: true } as never,
    ) as unknown as Arbitrary<T>
  const record = <R extends TelemetryRecord>(
    type: R['type'],
    model: Omit<Model<R>, 'type' | 'origin' | 'at' | 'clock' | 'identity'>,
    required: readonly string[],
  ) =>
    some<R>(
      {
        type: fc.constant(type),
        origin: some({ agent: text, node: text, network: text }, ['agent', 'node']),
        at: number,
        clock: some({ offsetMs: number, errorMs: number.map(Math.abs) }, ['offsetMs', 'errorMs']),
        identity,
        ...model,
      } as unknown as Model<R>,
      ['type', 'origin', 'at', ...required] as (keyof R)[],
    )

  const block = some<BlockHeader>(
    {
      number: quantity,
      hash: hex(32),
      parentHash: hex(32),
      timestampS: count,
      miner: hex(20),
      gasUsed: quantity,
      gasLimit: quantity,
      baseFeeWei: quantity,
      difficulty: quantity,
      totalDifficulty: quantity,
      transactionCount: count,
      uncleCount: count,
      blobGasUsed: quantity,
      transactionsRoot: hex(32),
      stateRoot: hex(32),
      extraData: fc.nat(32).chain(hex),
    },
    ['number', 'hash', 'parentHash', 'timestampS'],
  )
  const byType = {
    node: record<TelemetryRecord<NodeReport>>(
      'node',
      {
        client: text,
        chainId: quantity,
        networkId: text,
        genesis: hex(32),
        protocols: text,
        p2pPort: count,
        os: text,
        osVersion: text,
        contact: text,
        coinbase: hex(20),
        reporter: text,
        location: some(
          {
            level: fc.constantFrom('none', 'country', 'city', 'exact'),
            country: text,
            city: text,
            latitude: number,
            longitude: number,
          },
          ['level'],
        ),
      },
      [],
    ),
    block: record<TelemetryRecord<BlockReport>>(
      'block',
      { occasion: fc.constantFrom('head', 'repeat', 'history'), block, processingMs: number },
      ['occasion', 'block'],
    ),
    block_timing: record<TelemetryRecord<BlockTiming>>(
      'block_timing',
      { number: quantity, hash: hex(32), processingMs: number },
      ['number', 'hash', 'processingMs'],
    ),
    metrics: record<TelemetryRecord<MetricSet>>(
      'metrics',
      { readings: dictionary(fc.oneof(number, fc.bigInt(-(2n ** 70n), 2n ** 70n))), labels: dictionary(text) },
      ['readings'],
    ),
    log: record<TelemetryRecord<LogEntry>>(
      'log',
      {
        severity: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7),
        facility: fc.nat(23),
        application: text,
        message: text,
        fields: dictionary(text),
      },
      ['severity', 'application', 'message'],
    ),
    alarm: record<TelemetryRecord<AlarmTransition>>(
      'alarm',
      {
        key: some({ resource: text, alarmType: text, qualifier: text }, ['resource', 'alarmType', 'qualifier']),
        change: fc.constantFrom('raised', 'changed', 'cleared', 'acknowledged', 'shelved', 'unshelved'),
        version: count,
        severity: fc.constantFrom('critical', 'major', 'minor', 'warning', 'indeterminate'),
        text,
        actor: text,
        shelvedUntil: number,
        repair: text,
      },
      ['key', 'change', 'version', 'severity', 'text'],
    ),
    session: record<TelemetryRecord<SessionEvent>>(
      'session',
      {
        change: fc.constantFrom('opened', 'bye', 'closed', 'reset', 'timed_out', 'refused'),
        session: text,
        prefix: text,
        reason: text,
      },
      ['change', 'session'],
    ),
    gap: record<TelemetryRecord<GapMark>>(
      'gap',
      { reason: fc.constantFrom('wrapped', 'dropped', 'quarantined', 'lost') },
      [],
    ),
  }
  return { byType, any: fc.oneof(...Object.values(byType)) as Arbitrary<TelemetryRecord> }
}
