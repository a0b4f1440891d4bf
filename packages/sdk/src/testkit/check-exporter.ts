import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Batch, TelemetryRecord } from '@headwatch/protocol'
import { sampleRecords } from '@headwatch/protocol/testkit'
import { verdictOf } from '../errors.ts'
import type { Exporter, ExportOutcome, Plugin } from '../plugin.ts'
import { badPeer } from './bad-peers.ts'
import { type CheckPeer, checkDefinition, disposable } from './check-definition.ts'
import { checkedConfig } from './checked-config.ts'
import type { FakeClock } from './fake-clock.ts'
import { type FakeHost, fakeHost } from './fake-host.ts'
import { type Settled, settled, whileClockRuns } from './settled.ts'
import { frozen } from './sound.ts'

/** Whom the exporter sends to. */
export interface ExporterPeer extends CheckPeer {
  /** Resolves when at least `count` records have come in all. */
  received(count: number): Promise<void>
  /** From now on says of every batch that it will never be taken. Absent where the protocol has no words for it. */
  refuse?(): void
  /** From now on says of every batch that it may come later. Absent where the protocol has no words for it. */
  postpone?(): void
  /** From now on takes what comes and never answers. */
  fallSilent?(): void
}

export interface ExporterCheck {
  readonly peer: () => Promise<ExporterPeer>
  /** The configuration that leads to `address` (`host:port`). Absent where there is no address. */
  readonly pointedAt?: (address: string) => unknown
  /** Configurations to refuse. */
  readonly invalid?: readonly unknown[]
  /** What the exporter carries; a record of every type when absent. */
  readonly records?: readonly TelemetryRecord[]
  readonly host?: () => FakeHost
}

/** A test that hangs is a test that fails. */
const timeout = 20_000

/** Registers tests: what every exporter promises, see `Exporter`. */
export function checkExporter<Config>(plugin: Plugin<'exporter', Config>, check: ExporterCheck): void {
  const { peer, pointedAt, invalid = [], records = sampleRecords(), host = fakeHost } = check

  const start = async (config: unknown) => {
    const lent = host()
    const exporter = plugin.create(await checkedConfig(plugin.config, config), lent)
    const batches = numbered(records)
    return { exporter, clock: lent.clock, next: () => frozen(batches()), signal: new AbortController().signal }
  }

  describe(`${plugin.name} is an exporter that`, { timeout }, () => {
    checkDefinition(plugin as never, peer, invalid)

    test('delivers every batch, as many at once as it says it can', { timeout }, async () => {
      await using destination = await disposable(peer)
      const { exporter, next, signal, clock } = await start(destination.config)
      const inFlight = exporter.inFlight ?? 1
      assert.ok(Number.isInteger(inFlight) && inFlight >= 1)
      for (let round = 0; round < 3; round++) {
        const batches = Array.from({ length: inFlight }, next)
        const outcomes = await whileClockRuns(
          clock,
          Promise.all(batches.map((batch) => outcomeOf(exporter, batch, signal))),
        )
        for (const outcome of outcomes) assertOutcome(outcome, records.length)
      }
      await whileClockRuns(clock, destination.received(3 * inFlight * records.length))
      await exporter[Symbol.asyncDispose]?.()
    })

    test('asks to be retried once its destination has gone', { timeout }, async () => {
      const destination = await disposable(peer)
      const { exporter, next, signal, clock } = await start(destination.config)
      await whileClockRuns(clock, outcomeOf(exporter, next(), signal))
      await destination[Symbol.asyncDispose]()
      // A connection may take one more batch before anybody notices; never without end.
      const verdict = await firstRefusal(exporter, next, clock)
      assert.equal(verdict, 'retry')
      await exporter[Symbol.asyncDispose]?.()
    })

    test('settles promptly when its signal has aborted already', { timeout }, async () => {
      await using destination = await disposable(peer)
      const { exporter, next } = await start(destination.config)
      await settled(outcomeOf(exporter, next(), AbortSignal.abort()))
      await exporter[Symbol.asyncDispose]?.()
    })

    test('is disposed of twice without harm, also before its first call', { timeout }, async () => {
      await using destination = await disposable(peer)
      const { exporter } = await start(destination.config)
      await exporter[Symbol.asyncDispose]?.()
      await exporter[Symbol.asyncDispose]?.()
    })

    checkAnswers(check, start)
    if (pointedAt === undefined) return

    for (const badness of ['hangs', 'sends_garbage', 'cuts'] as const) {
      test(`settles when its signal aborts while its destination ${badness.replace('_', ' ')}`, {
        timeout,
      }, async () => {
        await using destination = await badPeer(badness)
        const { exporter, next } = await start(pointedAt(destination.address))
        const stop = new AbortController()
        const ended = settled(outcomeOf(exporter, next(), stop.signal))
        await Promise.race([destination.touched, ended])
        stop.abort()
        const outcome = await ended
        if (exporter.acknowledges) assert.equal(outcome.how, 'rejected', 'acknowledged what nobody acknowledged')
        await exporter[Symbol.asyncDispose]?.()
      })
    }
  })
}

type Started = Promise<{
  readonly exporter: Exporter
  readonly clock: FakeClock
  readonly next: () => Batch
  readonly signal: AbortSignal
}>

/** What destinations say, as far as their protocol has words. */
function checkAnswers({ peer, records = sampleRecords() }: ExporterCheck, start: (config: unknown) => Started): void {
  test('gives up what its destination will never take, and only that', { timeout }, async (t) => {
    await using destination = await disposable(peer)
    if (destination.refuse === undefined) return t.diagnostic('does not apply: the protocol has no words for it')
    const { exporter, next, signal, clock } = await start(destination.config)
    destination.refuse()
    const outcome = await settled(outcomeOf(exporter, next(), signal), clock)
    if (outcome.how === 'rejected') assert.equal(verdictOf(outcome.thrown), 'reject')
    else assert.notEqual(outcome.value?.rejected.length ?? 0, 0, 'a refused batch counts as delivered')
    await exporter[Symbol.asyncDispose]?.()
  })

  test('keeps what its destination will take later', { timeout }, async (t) => {
    await using destination = await disposable(peer)
    if (destination.postpone === undefined) return t.diagnostic('does not apply: the protocol has no words for it')
    const { exporter, next, signal, clock } = await start(destination.config)
    destination.postpone()
    const outcome = await settled(outcomeOf(exporter, next(), signal), clock)
    if (outcome.how === 'rejected') assert.equal(verdictOf(outcome.thrown), 'retry')
    else assert.equal(outcome.value?.kept.length ?? 0, records.length, 'a postponed batch counts as delivered')
    await exporter[Symbol.asyncDispose]?.()
  })

  test('settles when its signal aborts or it is disposed of while its destination is silent', {
    timeout,
  }, async (t) => {
    await using destination = await disposable(peer)
    if (destination.fallSilent === undefined) return t.diagnostic('does not apply: the protocol has no answers')
    for (const end of ['abort', 'dispose'] as const) {
      const { exporter, next } = await start(destination.config)
      destination.fallSilent()
      const stop = new AbortController()
      const ended = settled(outcomeOf(exporter, next(), stop.signal))
      await new Promise((resolve) => setImmediate(resolve))
      if (end === 'abort') stop.abort()
      else await exporter[Symbol.asyncDispose]?.()
      const outcome = await ended
      if (exporter.acknowledges) assert.equal(outcome.how, 'rejected', 'acknowledged what nobody acknowledged')
      await exporter[Symbol.asyncDispose]?.()
    }
  })
}

async function outcomeOf(exporter: Exporter, batch: Batch, signal: AbortSignal): Promise<ExportOutcome | undefined> {
  return (await exporter.export(batch, signal)) ?? undefined
}

/** What an exporter says at last when nobody is there. */
async function firstRefusal(exporter: Exporter, next: () => Batch, clock: FakeClock): Promise<string> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const outcome: Settled<ExportOutcome | undefined> = await settled(
      outcomeOf(exporter, next(), new AbortController().signal),
      clock,
    )
    if (outcome.how === 'rejected') return verdictOf(outcome.thrown)
    if ((outcome.value?.kept.length ?? 0) > 0) return 'retry'
  }
  return 'resolved five times'
}

/** Each record of the batch has at most one fate. */
function assertOutcome(outcome: ExportOutcome | undefined, records: number): void {
  if (outcome === undefined) return
  const named = [...[...outcome.rejected, ...(outcome.skipped ?? [])].map(({ index }) => index), ...outcome.kept]
  assert.equal(new Set(named).size, named.length, 'a record is named twice')
  for (const index of named) assert.ok(Number.isInteger(index) && index >= 0 && index < records, `no record ${index}`)
}

/** Batches of the same records under numbers that go on. */
function numbered(records: readonly TelemetryRecord[]): () => Batch {
  let first = 1n
  return () => {
    const batch: Batch = {
      source: { agent: 'test-agent', stream: 'main', epoch: 'e1' },
      lane: 'live',
      first,
      count: records.length,
      records: structuredClone(records),
    }
    first += BigInt(records.length)
    return batch
  }
}
