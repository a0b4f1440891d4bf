import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Telemetry } from '@headwatch/protocol'
import { RejectedError, RetryableError } from '../errors.ts'
import type { Accept, Plugin } from '../plugin.ts'
import { type CheckPeer, checkDefinition, disposable } from './check-definition.ts'
import { checkedConfig } from './checked-config.ts'
import { type FakeHost, fakeHost } from './fake-host.ts'
import { settled, turns, whileClockRuns } from './settled.ts'
import { assertSound } from './sound.ts'

/** What a sender was told of what it sent: kept, not kept, or nothing because the protocol has no answers. */
export type SenderWasTold = 'acknowledged' | 'refused' | 'nothing'

/** Somebody who sends to the receiver. */
export interface CheckSender extends Partial<AsyncDisposable> {
  /** Sends one item and resolves with what it was told. A connection that ends instead of an answer is `refused`. */
  send(): Promise<SenderWasTold>
  /** Sends what means nothing, and resolves when it is sent. */
  sendGarbage(): Promise<void>
}

export interface ReceiverPeer extends CheckPeer {
  /** Connects. Called again, a little later, when it throws because nobody listens yet. */
  connect(host: FakeHost): Promise<CheckSender>
}

export interface ReceiverCheck {
  readonly peer: () => Promise<ReceiverPeer>
  /** Configurations to refuse. */
  readonly invalid?: readonly unknown[]
  readonly host?: () => FakeHost
}

/** A test that hangs is a test that fails. */
const timeout = 20_000

/** What becomes of what a receiver hands over. */
const pipelines = {
  'takes everything': () => undefined,
  'is full': () => new RetryableError('full'),
  'refuses everything': () => new RejectedError('no'),
  'is broken': () => new TypeError('a fault'),
  'takes every third': (call: number) => [undefined, new RetryableError('full'), new RejectedError('no')][call % 3],
} satisfies Record<string, (call: number) => Error | undefined>

/** Registers tests: what every receiver promises, see `Receiver`. */
export function checkReceiver<Config>(
  plugin: Plugin<'receiver', Config>,
  { peer, invalid = [], host = fakeHost }: ReceiverCheck,
): void {
  const start = async (made: ReceiverPeer, verdict: (call: number) => Error | undefined | Promise<void>) => {
    const lent = host()
    const receiver = plugin.create(await checkedConfig(plugin.config, made.config), lent)
    const pipeline = pipelineThat(verdict)
    const stop = new AbortController()
    const listening = settled(receiver.listen(pipeline.accept, stop.signal))
    const end = async (): Promise<void> => {
      stop.abort()
      assert.equal((await whileClockRuns(lent.clock, listening)).how, 'resolved', 'listen must end well')
    }
    return { pipeline, clock: lent.clock, end, connect: () => connectSoon(() => made.connect(lent)) }
  }

  describe(`${plugin.name} is a receiver that`, { timeout }, () => {
    checkDefinition(plugin as never, peer, invalid)

    for (const [what, verdict] of Object.entries(pipelines)) {
      test(`acknowledges nothing the pipeline does not own, when that ${what}`, { timeout }, async () => {
        await using made = await disposable(peer)
        const { pipeline, clock, connect, end } = await start(made, verdict)
        let acknowledged = 0
        for (let item = 0; item < 6; item++) {
          const sender = await connect()
          const told = await whileClockRuns(clock, sender.send())
          if (told === 'acknowledged') acknowledged++
          if (told === 'nothing') await whileClockRuns(clock, pipeline.offered(item + 1))
          await sender[Symbol.asyncDispose]?.()
        }
        assert.ok(acknowledged <= pipeline.owned.length, `${acknowledged} acknowledged, ${pipeline.owned.length} owned`)
        if (what === 'takes everything') assert.equal(pipeline.owned.length, 6)
        pipeline.owned.forEach(assertSound)
        await end()
      })
    }

    test('acknowledges no earlier than the pipeline owns it', { timeout }, async () => {
      await using made = await disposable(peer)
      const held = Promise.withResolvers<void>()
      const { pipeline, clock, connect, end } = await start(made, () => held.promise)
      const sender = await connect()
      let told: SenderWasTold | undefined
      const sent = sender.send().then((answer) => {
        told = answer
      })
      await whileClockRuns(clock, pipeline.offered(1))
      await turns()
      assert.notEqual(told, 'acknowledged')
      held.resolve()
      await whileClockRuns(clock, sent)
      await sender[Symbol.asyncDispose]?.()
      await end()
    })

    test('survives a sender of garbage, and goes on serving another', { timeout }, async () => {
      await using made = await disposable(peer)
      const { pipeline, clock, connect, end } = await start(made, () => undefined)
      const bad = await connect()
      await bad.sendGarbage()
      await turns()
      const good = await connect()
      await whileClockRuns(clock, good.send())
      await whileClockRuns(clock, pipeline.offered(1))
      await bad[Symbol.asyncDispose]?.()
      await good[Symbol.asyncDispose]?.()
      await end()
    })

    test('ends when its signal aborts, with senders connected and with none', { timeout }, async () => {
      await using made = await disposable(peer)
      const alone = await start(made, () => undefined)
      await turns()
      await alone.end()
      const busy = await start(made, () => undefined)
      const sender = await busy.connect()
      await busy.end()
      await sender[Symbol.asyncDispose]?.()
    })
  })
}

/** An `accept` that remembers what it owns, not counting session events, and lets one wait for what is offered. */
function pipelineThat(verdict: (call: number) => Error | undefined | Promise<void>) {
  const owned: Telemetry[] = []
  const waiting: { readonly count: number; readonly wake: () => void }[] = []
  let calls = 0
  let offered = 0
  const accept = async (items: readonly Telemetry[]): Promise<void> => {
    const payload = items.filter(({ type }) => type !== 'session')
    if (payload.length === 0) return
    offered += payload.length
    for (const { count, wake } of waiting) if (offered >= count) wake()
    const answer = verdict(calls++)
    if (answer instanceof Error) throw answer
    await answer
    owned.push(...payload)
  }
  return {
    owned,
    accept: Object.assign(accept, { gap: async () => undefined }) satisfies Accept as Accept,
    offered: (count: number) =>
      new Promise<void>((wake) => {
        if (offered >= count) wake()
        else waiting.push({ count, wake })
      }),
  }
}

/** A receiver needs a moment until it listens. */
async function connectSoon(connect: () => Promise<CheckSender>): Promise<CheckSender> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const outcome = await settled(connect())
    if (outcome.how === 'resolved') return outcome.value
    await turns(2)
  }
  return connect()
}
