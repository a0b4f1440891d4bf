import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Telemetry, TelemetryRecord } from '@headwatch/protocol'
import { sampleRecords } from '@headwatch/protocol/testkit'
import type { Plugin } from '../plugin.ts'
import { checkDefinition } from './check-definition.ts'
import { checkedConfig } from './checked-config.ts'
import { type FakeHost, fakeHost } from './fake-host.ts'
import { assertSound, frozen } from './sound.ts'

export interface ProcessorCheck {
  readonly config: unknown
  /** Configurations to refuse. */
  readonly invalid?: readonly unknown[]
  /** Given to the processor beside one record of every type. */
  readonly records?: readonly TelemetryRecord[]
  readonly host?: () => FakeHost
}

/** Registers tests: what every processor promises, see `Processor`. */
export function checkProcessor<Config>(
  plugin: Plugin<'processor', Config>,
  { config, invalid = [], records = [], host = fakeHost }: ProcessorCheck,
): void {
  const start = async (lent = host()) => ({
    processor: plugin.create(await checkedConfig(plugin.config, config), lent),
    clock: lent.clock,
  })

  describe(`${plugin.name} is a processor that`, () => {
    checkDefinition(plugin as never, async () => ({ config }), invalid)

    test('never writes into a record it is given', async () => {
      const { processor } = await start()
      for (const record of [...records, ...sampleRecords()]) processor.process(frozen(record), () => undefined)
    })

    test('gives back a record with its origin and time, or nothing, at once', async () => {
      const { processor } = await start()
      for (const record of [...records, ...sampleRecords()]) {
        const after = processor.process(frozen(record), assertSound)
        if (after === undefined) continue
        assert.equal(typeof after.at, 'number')
        assert.equal(typeof after.origin?.node, 'string')
        assertSound(after)
      }
    })

    test('emits telemetry of a known shape, also when nothing comes for hours', async () => {
      const { processor, clock } = await start()
      const emitted: Telemetry[] = []
      const emit = (item: Telemetry): void => void emitted.push(item)
      processor.tick?.(emit)
      for (const record of [...records, ...sampleRecords()]) processor.process(frozen(record), emit)
      for (const ms of [0, 1_000, 1_000, 60_000, 3_600_000]) {
        await clock.advance(ms)
        processor.tick?.(emit)
      }
      emitted.forEach(assertSound)
    })

    test('survives a clock that jumps an hour back', async () => {
      const { processor, clock } = await start()
      for (const record of sampleRecords()) processor.process(record, assertSound)
      clock.jump(-3_600_000)
      processor.tick?.(assertSound)
      for (const record of sampleRecords()) processor.process(record, assertSound)
    })

    test('does not share what it remembers with another of its kind', async () => {
      const told: string[][] = []
      for (const before of [[], sampleRecords()]) {
        const { processor: other } = await start()
        for (const record of before) other.process(record, () => undefined)
        const { processor } = await start()
        told.push(
          sampleRecords().map((record) =>
            JSON.stringify(
              processor.process(record, () => undefined),
              bigints,
            ),
          ),
        )
      }
      assert.deepEqual(told[1], told[0])
    })

    test('is disposed of twice without harm', async () => {
      const { processor } = await start()
      await processor[Symbol.asyncDispose]?.()
      await processor[Symbol.asyncDispose]?.()
    })
  })
}

function bigints(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value
}
