import { decodeMessage, encodeMessage, encodeRecords, type Hello, type NativeMessage } from '@headwatch/protocol/native'
import { sampleRecords } from '@headwatch/protocol/testkit'
import type { Dialer, Link, LinkListener } from '../link.ts'

/** An agent of few words for tests of the receiver: it says what the test tells it to, right or wrong. */
export class TestAgent implements LinkListener {
  readonly heard: NativeMessage[] = []
  readonly #waiting = new Set<() => void>()
  #link: Link | undefined
  isEnded = false

  static async connect(dialer: Dialer, endpoint = 'in_process:main'): Promise<TestAgent> {
    const agent = new TestAgent()
    agent.#link = await dialer.dial(endpoint, agent, new AbortController().signal)
    return agent
  }

  /** Says hello and waits for the answer. */
  async greet(hello: Partial<Hello> = {}): Promise<NativeMessage | undefined> {
    this.sayHello(hello)
    return this.hear('welcome', 'goaway')
  }

  sayHello(hello: Partial<Hello> = {}): void {
    const streams = [{ stream: 'main', epoch: 'e1', next: 1_000n }]
    this.say({ type: 'hello', agent: 'eu-1', program: 'test', token: '', streams, capabilities: [], ...hello })
  }

  say(message: NativeMessage): void {
    this.#link?.send(encodeMessage(message))
  }

  sayBytes(bytes: Uint8Array): void {
    this.#link?.send(bytes)
  }

  /** Sends `count` records, readings by default. */
  sendData(first: bigint, count = 1, lane: 'live' | 'backlog' = 'live', records = metrics(count)): void {
    const body = encodeRecords({ records })
    this.say({ type: 'data', stream: 'main', lane, first, count, codec: 'plain', body })
  }

  /** The next message of one of these types, taken out of what was heard; undefined when the link ends first. */
  async hear<T extends NativeMessage['type']>(...types: T[]): Promise<Extract<NativeMessage, { type: T }> | undefined> {
    for (;;) {
      const index = this.heard.findIndex(({ type }) => (types as string[]).includes(type))
      if (index !== -1) return this.heard.splice(index, 1)[0] as Extract<NativeMessage, { type: T }>
      if (this.isEnded) return undefined
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  hangUp(): void {
    this.#link?.close()
  }

  onFrame(frame: Uint8Array): void {
    const decoded = decodeMessage(frame)
    if (decoded.ok) this.heard.push(decoded.message)
    this.#wake()
  }

  onEnd(): void {
    this.isEnded = true
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}

function metrics(count: number) {
  const [sample] = sampleRecords().filter(({ type }) => type === 'metrics')
  return Array.from({ length: count }, () => sample as NonNullable<typeof sample>)
}
