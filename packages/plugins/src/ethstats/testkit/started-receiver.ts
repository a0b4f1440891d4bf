import type { Telemetry } from '@headwatch/protocol'
import type { Accept } from '@headwatch/sdk'
import { checkedConfig, type FakeHost, type FakeHostOptions, fakeHost, whileClockRuns } from '@headwatch/sdk/testkit'
import { ethstatsReceiver } from '../receiver.ts'
import { type PretendAgent, pretendAgent } from './pretend-agent.ts'
import { realFrontDoor } from './real-front-door.ts'

/** The receiver behind a real port, with a clock that stands still and a pipeline that remembers. */
export interface StartedReceiver extends AsyncDisposable {
  readonly host: FakeHost
  /** `ws://127.0.0.1:port` */
  readonly url: string
  /** Resolves when the pipeline was given `count` items; the clock runs meanwhile. */
  heard(count: number): Promise<void>
  /** What the pipeline was given, once the gathering time has passed. */
  items(): Promise<readonly Telemetry[]>
  connect(): Promise<PretendAgent>
  /** Connects and says hello. */
  join(hello: unknown): Promise<PretendAgent>
  stop(): Promise<void>
}

export interface ReceiverSetup extends FakeHostOptions {
  readonly config?: object
  /** What the pipeline does with a batch before it owns it. */
  readonly onBatch?: (items: readonly Telemetry[]) => Promise<void>
}

export async function startedReceiver({
  config = {},
  onBatch,
  ...options
}: ReceiverSetup = {}): Promise<StartedReceiver> {
  const host = fakeHost(options)
  const frontDoor = await realFrontDoor()
  const given: Telemetry[] = []
  const take = async (batch: readonly Telemetry[]): Promise<void> => {
    await onBatch?.(batch)
    given.push(...batch)
  }
  const accept: Accept = Object.assign(take, { gap: async () => undefined })
  const receiver = ethstatsReceiver.create(await checkedConfig(ethstatsReceiver.config, config), { ...host, frontDoor })
  const stopping = new AbortController()
  const listening = receiver.listen(accept, stopping.signal)
  const stop = async (): Promise<void> => {
    stopping.abort()
    await whileClockRuns(host.clock, listening)
  }
  const connect = (): Promise<PretendAgent> => pretendAgent(`${frontDoor.url}/api`)
  return {
    host,
    url: frontDoor.url,
    connect,
    stop,
    async heard(count) {
      while (given.length < count) await host.clock.advance(20)
    },
    async items() {
      await host.clock.advance(20)
      return given
    },
    async join(hello) {
      const agent = await connect()
      agent.emit('hello', hello)
      const answer = await agent.next()
      if (answer !== '{"emit":["ready"]}') throw new Error(`not let in: ${answer}`)
      return agent
    },
    async [Symbol.asyncDispose]() {
      await stop()
      await frontDoor[Symbol.asyncDispose]()
    },
  }
}
