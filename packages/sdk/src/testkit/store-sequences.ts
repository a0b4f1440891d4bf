import type { Batch, Gap, Source, Telemetry, TelemetryRecord } from '@headwatch/protocol'
import fc from 'fast-check'
import { alarmStep, blockReport, headOf, logEntry, metrics, nodeReport, noon } from './store-telemetry.ts'

/** One thing that is done to a store. */
export type StoreStep =
  | { readonly do: 'reopen' }
  | { readonly do: 'append'; readonly batches: Batch[]; readonly gaps: Gap[] }

const agents = ['eu-1', 'us-1'] as const
const networks = ['1-d4e56740', '5', undefined] as const
const nodes = ['geth', 'geth "b"', 'néth😀'] as const

export const sources: readonly Source[] = agents.flatMap((agent) =>
  ['first', 'second'].map((epoch) => ({ agent, stream: 'main', epoch })),
)

/** Node keys that the telemetry below is about, and one it never is. */
export const nodeKeys = [...networks, '9'].flatMap((network) =>
  network === undefined ? [] : [...nodes, 'nobody'].map((node) => ({ network, node })),
)

export const metricNames = ['peers_count', 'cpu_used_ratio', 'gas_price_wei', 'disk_used_bytes']

/** Up to sixteen steps. Numbers are few and low, so that repeats, overlaps, holes and too many ranges all happen. */
export const storeSteps: fc.Arbitrary<StoreStep[]> = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('append' as const), batches: batches(), gaps: gaps() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
  ),
  { minLength: 1, maxLength: 16 },
)

/** As near to all steps of the range as a question can be. */
export const everyTime = { from: noon - 1_000_000, to: noon + 1_000_000 }

function batches(): fc.Arbitrary<Batch[]> {
  return fc.array(batch(), { maxLength: 4 })
}

function batch(): fc.Arbitrary<Batch> {
  const records = fc.array(fc.option(telemetry(), { freq: 6, nil: undefined }), { minLength: 1, maxLength: 6 })
  const parts = {
    source: fc.constantFrom(...sources),
    lane: fc.constantFrom('live', 'backlog'),
    first: firstNumber(),
    records,
  }
  return fc.record(parts).map(({ records: slots, ...part }) => {
    const present = slots.flatMap((record, offset) => (record === undefined ? [] : [{ record, offset }]))
    const whole = { ...part, count: slots.length, records: present.map(({ record }) => record) }
    return present.length === slots.length ? whole : { ...whole, offsets: present.map(({ offset }) => offset) }
  })
}

function gaps(): fc.Arbitrary<Gap[]> {
  const parts = {
    source: fc.constantFrom(...sources),
    first: firstNumber(),
    count: fc.bigInt(1n, 12n),
    reason: fc.constantFrom('wrapped' as const, 'lost' as const, 'dropped' as const, 'quarantined' as const),
  }
  const gap = fc.record(parts).map(({ count, ...part }) => ({ ...part, last: part.first + count - 1n }))
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant<Gap[]>([]) },
    { weight: 1, arbitrary: fc.array(gap, { maxLength: 2 }) },
  )
}

function firstNumber(): fc.Arbitrary<bigint> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.bigInt(0n, 24n) },
    { weight: 1, arbitrary: fc.bigInt(2n ** 53n - 4n, 2n ** 53n + 4n) },
  )
}

function telemetry(): fc.Arbitrary<TelemetryRecord> {
  const seed = fc.record({
    type: fc.constantFrom<Telemetry['type'][]>(
      'metrics',
      'metrics',
      'block',
      'block',
      'log',
      'node',
      'alarm',
      'session',
      'gap',
      'block_timing',
    ),
    origin: fc.record({
      agent: fc.constantFrom(...agents),
      node: fc.constantFrom(...nodes),
      network: fc.constantFrom(...networks),
    }),
    at: fc.integer({ min: -20, max: 20 }).map((step) => noon + step * 250),
    value: fc.integer({ min: 0, max: 7 }),
    offsetMs: fc.constantFrom(undefined, 0, -3_000, 40),
  })
  return seed.map(({ origin: { network, ...origin }, at, value, type, offsetMs }) => {
    const known = network === undefined ? origin : { ...origin, network }
    const clock = offsetMs === undefined ? {} : { clock: { offsetMs, errorMs: 2 } }
    return { ...telemetryOf(type, value), origin: known, at, ...clock }
  })
}

function telemetryOf(type: Telemetry['type'], value: number): TelemetryRecord {
  const head = headOf(20_000_000n + BigInt(value >> 1), value & 1)
  switch (type) {
    case 'metrics':
      return metricsOf(value)
    case 'block':
      return blockReport(head, 'geth', {
        occasion: (['head', 'head', 'repeat', 'history'] as const)[value & 3] ?? 'head',
      })
    case 'block_timing':
      return { ...nodeReport(), type, number: head.number, hash: head.hash, processingMs: value }
    case 'log':
      return logEntry(`Imported %_ block ${value}`, {
        severity: value as 0,
        ...(value > 4 && { fields: { value: `${value}` } }),
      })
    case 'node':
      return nodeReport({ client: `Geth/v1.${value}`, chainId: BigInt(value) })
    case 'alarm':
      return alarmStep((['raised', 'changed', 'cleared', 'acknowledged'] as const)[value & 3] ?? 'raised', value)
    case 'session':
      return { ...nodeReport(), type, change: 'opened', session: `${value}` }
    case 'gap':
      return { type, origin: nodeReport().origin, at: noon, reason: 'lost' }
  }
}

function metricsOf(value: number): TelemetryRecord {
  const mount = value & 1 ? '/' : '/data'
  if (value < 3) return metrics({ disk_used_bytes: 1e12 + value, inodes: 5 }, { labels: { mount, device: 'sda' } })
  if (value < 5) return metrics({ disk_used_bytes: value / 3 }, { labels: { device: 'sda', mount } })
  return metrics({ peers_count: value, cpu_used_ratio: value / 7, gas_price_wei: 2n ** 53n + BigInt(value) })
}
