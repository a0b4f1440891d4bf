import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { AlarmTransition, Batch, Telemetry } from '@headwatch/protocol'
import { type Accept, defineExporter, defineReceiver, type Exporter, type Plugin, RetryableError } from '@headwatch/sdk'
import { type FakeClock, fakeClock, fakeLogger, turns } from '@headwatch/sdk/testkit'
import { z } from 'zod'
import { QueueInlet } from '../intake/queue-inlet.ts'
import type { Instance, Plan } from '../plan.ts'
import { MemoryQueue } from '../queue/memory-queue.ts'
import type { Orphan, Queue, QueueHealth } from '../queue/queue.ts'
import { MetricRegistry } from '../self-metrics/metric-registry.ts'
import { exporterSettings, pipelineSettings } from '../settings.ts'
import { startPipelines } from '../start-pipelines.ts'
import { queueAlarmFile } from './queue-alarm-file.ts'
import type { QueueAlarmMemory } from './queue-alarm-memory.ts'
import { QueueWatch } from './queue-watch.ts'

const about = { summary: 'For tests.', stability: 'experimental' as const, config: z.object({}) }
const ping: Telemetry = { type: 'metrics', readings: { value: 1 } }

/** A queue in memory that says of itself what the test wants. */
class TalkingQueue extends MemoryQueue {
  readonly says: { health: Partial<QueueHealth>; orphans: readonly Orphan[] } = { health: {}, orphans: [] }

  override health(): QueueHealth {
    return { ...super.health(), ...this.says.health }
  }

  override orphans(): readonly Orphan[] {
    return this.says.orphans
  }
}

interface Setup {
  readonly exporters: Readonly<Record<string, Exporter>>
  readonly queue?: z.input<typeof pipelineSettings>['queue']
  readonly clock?: FakeClock
  readonly memory?: QueueAlarmMemory
}

/** A receiver in the test's hand, a queue, and exporters that all of it goes to. */
async function start({ exporters, queue = {}, clock = fakeClock(), memory }: Setup) {
  const { promise: accept, resolve } = Promise.withResolvers<Accept>()
  const listen = (given: Accept, signal: AbortSignal) => {
    resolve(given)
    return new Promise<void>((ended) => signal.addEventListener('abort', () => ended()))
  }
  const instance = (name: string, plugin: unknown, settings: object = {}) =>
    ({ name, plugin, config: {}, settings }) as unknown as Instance<never>
  const to = Object.keys(exporters)
  const plan: Plan = {
    self: { agent: 'eu-1', node: 'eu-1' },
    collectors: [],
    receivers: [instance('in_hand', defineReceiver({ ...about, name: 'in_hand', create: () => ({ listen }) }))],
    processors: [],
    exporters: Object.entries(exporters).map(([name, exporter]) =>
      instance(name, defineExporter({ ...about, name, create: () => exporter }) as Plugin, exporterSettings.parse({})),
    ),
    stores: [],
    pipelines: [{ name: 'main', ...pipelineSettings.parse({ from: ['in_hand'], to, acknowledge: 'memory', queue }) }],
  }
  const made: TalkingQueue[] = []
  const makeQueue = (source: Batch['source'], { queue: limits }: Plan['pipelines'][number]): Queue => {
    const queue = new TalkingQueue(source, { limits, whenFull: limits.whenFull })
    made.push(queue)
    return queue
  }
  const metrics = new MetricRegistry()
  const parts = { clock, logger: fakeLogger(), metrics, lent: {}, epoch: 'e', makeQueue }
  const running = await startPipelines(plan, { ...parts, ...(memory && { queueAlarmMemory: memory }) })
  const [theQueue] = made
  assert.ok(theQueue)
  return { running, clock, metrics, accept: await accept, says: theQueue.says }
}

/** An exporter that keeps the alarms it is given. */
function hearing() {
  const heard: string[] = []
  const steps: AlarmTransition[] = []
  const exporter: Exporter = {
    export: async ({ records }) => {
      for (const record of records) {
        if (record.type !== 'alarm') continue
        steps.push(record)
        heard.push(`${record.change} ${record.key.alarmType} ${record.key.qualifier}`)
      }
    },
  }
  return { heard, steps, exporter }
}

/** A destination that is away while it is told to be. */
function moody() {
  const mood = { isAway: true }
  const exporter: Exporter = {
    export: async () => {
      if (mood.isAway) throw new RetryableError('away')
    },
  }
  return { mood, exporter }
}

test('a destination that gets nothing although data waits is an alarm and a problem until it gets something', async () => {
  const { heard, steps, exporter } = hearing()
  const { mood, exporter: away } = moody()
  const { running, clock, accept } = await start({
    exporters: { away, out: exporter },
    queue: { stuckAfterMs: 60_000 },
  })
  await clock.advance(300_000)
  assert.deepEqual(heard, [], 'nothing waits')
  await accept([ping])
  await clock.advance(59_000)
  assert.deepEqual(heard, [])
  await clock.advance(3_000)
  assert.deepEqual(heard, ['raised queue_stuck main/away'])
  assert.partialDeepStrictEqual(steps, [
    { key: { resource: 'agent/eu-1/queue' }, origin: { agent: 'eu-1', node: 'eu-1' }, severity: 'major' },
  ])
  assert.deepEqual(running.problems(), ['nothing is delivered to "away" although data waits'])
  mood.isAway = false
  await clock.advance(120_000)
  assert.deepEqual(heard, ['raised queue_stuck main/away', 'cleared queue_stuck main/away'])
  assert.deepEqual(running.problems(), [])
  await running.drain(0)
})

test('a destination that hangs is stuck like one that refuses to answer', async () => {
  const { heard, exporter } = hearing()
  const hanging: Exporter = { export: () => new Promise(() => undefined) }
  const { running, clock, accept } = await start({ exporters: { hanging, out: exporter } })
  await accept([ping])
  await clock.advance(310_000)
  assert.deepEqual(heard, ['raised queue_stuck main/hanging'])
  const ending = running.drain(0)
  await clock.advance(60_000)
  await ending
})

for (const [whenFull, saying] of [
  ['drop_oldest', /the oldest records are let go/],
  ['drop_newest', /new records are let go/],
  ['wait', /senders are held back/],
] as const)
  test(`a full queue is an alarm until it has room again, ${whenFull}`, async () => {
    const { exporter: away, mood } = moody()
    const { heard, steps, exporter } = hearing()
    const { running, clock, accept } = await start({
      exporters: { away, out: exporter },
      queue: { records: 5, whenFull },
    })
    for (let count = 0; count < 3; count++) void accept([ping, ping, ping]).catch(() => undefined)
    await clock.advance(12_000)
    mood.isAway = false
    await clock.advance(180_000)
    const full = heard.filter((step) => step.includes('queue_full'))
    if (whenFull === 'drop_newest') assert.deepEqual(full.at(-1), 'cleared queue_full main')
    else assert.deepEqual(full, ['raised queue_full main', 'cleared queue_full main'])
    if (whenFull !== 'drop_newest') assert.match(steps[0]?.text ?? '', saying)
    await running.drain(0)
  })

test('an alarm that a full queue let go with the rest is told again, under its version, once data flows', async () => {
  const { mood, exporter: away } = moody()
  const { heard, steps, exporter } = hearing()
  const onceBack: Exporter = {
    export: async (batch, signal) => {
      await away.export(batch, signal)
      await exporter.export(batch, signal)
    },
  }
  const { running, clock, accept } = await start({
    exporters: { out: onceBack },
    queue: { records: 5, whenFull: 'drop_oldest', stuckAfterMs: 5_000 },
  })
  for (let second = 0; second < 120; second++) {
    await accept([ping, ping, ping])
    await clock.advance(1_000)
  }
  assert.deepEqual(heard, [], 'what was told has been let go since')
  mood.isAway = false
  await clock.advance(300_000)
  assert.deepEqual(heard.toSorted(), [
    'cleared queue_full main',
    'cleared queue_stuck main/out',
    'raised queue_full main',
  ])
  const full = steps.filter(({ key }) => key.alarmType === 'queue_full')
  assert.deepEqual(
    full.map(({ version }) => version - (full[0]?.version ?? 0)),
    [0, 1],
  )
  await running.drain(0)
})

test('a queue that cannot be written, one that is damaged, and a backlog nobody reads are alarms of their own', async () => {
  const { heard, steps, exporter } = hearing()
  const { running, clock, says } = await start({ exporters: { out: exporter } })
  says.health = { problem: 'the queue in /q cannot be written: the disk is full', quarantinedRecords: 2 }
  says.orphans = [{ destination: 'gone', records: 7, bytes: 700 }]
  await clock.advance(2_000)
  assert.deepEqual(heard.toSorted(), [
    'raised queue_damaged main',
    'raised queue_orphan main/gone',
    'raised queue_unwritable main',
  ])
  assert.ok(steps.some(({ text }) => text.includes('the disk is full')))
  assert.deepEqual(running.problems(), ['the queue in /q cannot be written: the disk is full'])
  says.health = { quarantinedRecords: 2 }
  says.orphans = []
  await clock.advance(2_000)
  assert.deepEqual(heard.slice(3).toSorted(), ['cleared queue_orphan main/gone', 'cleared queue_unwritable main'])
  await running.drain(0)
})

test('damage is an alarm for a day after the last of it', () => {
  const queue = new TalkingQueue(
    { agent: 'eu-1', stream: 'main', epoch: 'e' },
    { limits: { records: 5, bytes: 1e6 }, whenFull: 'wait' },
  )
  const pipeline = {
    name: 'main',
    ...pipelineSettings.parse({ from: ['in_hand'], to: ['out'], acknowledge: 'memory' }),
  }
  const inlet = new QueueInlet(queue, { clock: fakeClock(), meter: new MetricRegistry() })
  const watch = new QueueWatch({ pipeline, queue, inlet, readers: new Map() }, 'eu-1', 2, false)
  const typesAt = (nowMs: number) => watch.look(nowMs).map(({ key }) => key.alarmType)
  queue.says.health = { quarantinedRecords: 2 }
  assert.deepEqual(typesAt(1_000), [], 'it was told of before')
  queue.says.health = { quarantinedRecords: 3 }
  assert.deepEqual(typesAt(2_000), ['queue_damaged'])
  assert.deepEqual(typesAt(2_000 + 86_400_000 - 1), ['queue_damaged'])
  assert.deepEqual(typesAt(2_000 + 86_400_000), [])
})

test('metrics say how old what waits is, what damage there was, and forget an orphan that is gone', async () => {
  const { exporter: away } = moody()
  const { running, clock, accept, metrics, says } = await start({ exporters: { away } })
  await accept([ping])
  says.orphans = [{ destination: 'gone', records: 7, bytes: 700 }]
  says.health = { bytesOnDisk: 4_096, quarantinedRecords: 1 }
  await clock.advance(5_000)
  const readings = () =>
    Object.fromEntries(metrics.read().map(({ name, series }) => [name, series.map(({ value }) => value)]))
  assert.partialDeepStrictEqual(readings(), {
    headwatch_queue_oldest_age_seconds: [5, 0],
    headwatch_queue_disk_bytes: [4_096],
    headwatch_queue_quarantined_records: [1],
    headwatch_queue_writable: [1],
    headwatch_queue_orphan_records: [7],
  })
  says.orphans = []
  assert.partialDeepStrictEqual(readings(), { headwatch_queue_orphan_records: [0], headwatch_queue_orphan_bytes: [0] })
  await running.drain(0)
})

test('a restart goes on with the versions, and neither repeats nor forgets what was told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-alarms-'))
  try {
    const memory = queueAlarmFile(join(folder, 'not-there-yet', 'alarms.json'), fakeLogger())
    const clock = fakeClock()
    const first = hearing()
    const before = await start({ exporters: { out: first.exporter }, clock, memory })
    before.says.health = { quarantinedRecords: 2 }
    before.says.orphans = [{ destination: 'gone', records: 7, bytes: 700 }]
    await clock.advance(2_000)
    await before.running.drain(0)
    const second = hearing()
    clock.jump(-86_400_000)
    const after = await start({ exporters: { out: second.exporter }, clock, memory })
    after.says.health = { quarantinedRecords: 2 }
    await clock.advance(2_000)
    await turns()
    assert.deepEqual(second.heard, ['cleared queue_orphan main/gone'], 'the damage was told of')
    const [raised] = first.steps.filter(({ key }) => key.alarmType === 'queue_orphan')
    assert.equal(second.steps[0]?.version, (raised?.version ?? 0) + 1)
    await after.running.drain(0)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('what cannot be read of the alarms before the start is nothing, and said', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-alarms-'))
  try {
    const path = join(folder, 'alarms.json')
    const logger = fakeLogger()
    for (const text of [
      '',
      '{',
      '[]',
      '{"alarms":[{}],"quarantinedRecords":{}}',
      '{"alarms":[],"quarantinedRecords":{"a":"b"}}',
    ]) {
      writeFileSync(path, text)
      assert.deepEqual(await queueAlarmFile(path, logger).load(), { alarms: [], quarantinedRecords: {} })
    }
    assert.equal(logger.lines.length, 5)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
