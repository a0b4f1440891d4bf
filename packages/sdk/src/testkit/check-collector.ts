import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { verdictOf } from '../errors.ts'
import type { Plugin } from '../plugin.ts'
import { awayAddress, type Badness, badPeer } from './bad-peers.ts'
import { type CheckPeer, checkDefinition, disposable } from './check-definition.ts'
import { checkedConfig } from './checked-config.ts'
import { type FakeHost, fakeHost } from './fake-host.ts'
import { settled } from './settled.ts'
import { assertSound } from './sound.ts'

export interface CollectorCheck {
  /** A source that answers, and the configuration that leads to it. */
  readonly peer: () => Promise<CheckPeer>
  /** The configuration that leads to `address` (`host:port`), where the checker puts sources that are unwell. Absent where there is no address. */
  readonly pointedAt?: (address: string) => unknown
  /** Configurations to refuse. */
  readonly invalid?: readonly unknown[]
  readonly host?: () => FakeHost
}

/** A test that hangs is a test that fails. */
const timeout = 20_000

/** Registers tests: what every collector promises, see `Collector`. */
export function checkCollector<Config>(
  plugin: Plugin<'collector', Config>,
  { peer, pointedAt, invalid = [], host = fakeHost }: CollectorCheck,
): void {
  const start = async (config: unknown) => {
    const lent = host()
    const collector = plugin.create(await checkedConfig(plugin.config, config), lent)
    return { collector, clock: lent.clock }
  }

  describe(`${plugin.name} is a collector that`, { timeout }, () => {
    checkDefinition(plugin as never, peer, invalid)

    test('yields telemetry of a known shape, and is asked again', { timeout }, async () => {
      await using made = await disposable(peer)
      const { collector } = await start(made.config)
      for (let round = 0; round < 2; round++) {
        for await (const item of collector.collect(new AbortController().signal)) assertSound(item)
      }
      await collector[Symbol.asyncDispose]?.()
    })

    test('ends when its signal has aborted already', { timeout }, async () => {
      await using made = await disposable(peer)
      const { collector } = await start(made.config)
      await settled(Array.fromAsync(collector.collect(AbortSignal.abort())))
      await collector[Symbol.asyncDispose]?.()
    })

    test('is disposed of twice without harm, also before its first call', { timeout }, async () => {
      await using made = await disposable(peer)
      const { collector } = await start(made.config)
      await collector[Symbol.asyncDispose]?.()
      await collector[Symbol.asyncDispose]?.()
    })

    if (pointedAt === undefined) return

    test('ends when its signal aborts while the source says nothing', { timeout }, async () => {
      await using source = await badPeer('hangs')
      const { collector } = await start(pointedAt(source.address))
      const stop = new AbortController()
      const ended = settled(Array.fromAsync(collector.collect(stop.signal)))
      await Promise.race([source.touched, ended])
      stop.abort()
      await ended
      await collector[Symbol.asyncDispose]?.()
    })

    test('asks to be retried when nobody listens', { timeout }, async () => {
      const { collector, clock } = await start(pointedAt(await awayAddress()))
      const outcome = await settled(Array.fromAsync(collector.collect(new AbortController().signal)), clock)
      if (outcome.how === 'rejected') assert.equal(verdictOf(outcome.thrown), 'retry', String(outcome.thrown))
      else assert.notDeepEqual(outcome.value, [], 'nobody listened, and it said nothing of it')
      await collector[Symbol.asyncDispose]?.()
    })

    for (const badness of ['sends_garbage', 'cuts'] satisfies Badness[]) {
      test(`gives a verdict, never a fault, when the source ${badness.replace('_', ' ')}`, { timeout }, async () => {
        await using source = await badPeer(badness)
        const { collector, clock } = await start(pointedAt(source.address))
        const outcome = await settled(Array.fromAsync(collector.collect(new AbortController().signal)), clock)
        if (outcome.how === 'rejected') assert.notEqual(verdictOf(outcome.thrown), 'fault', String(outcome.thrown))
        else outcome.value.forEach(assertSound)
        await collector[Symbol.asyncDispose]?.()
      })
    }
  })
}
