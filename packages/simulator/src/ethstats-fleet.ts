import { WebSocket } from 'ws'
import type { ClientKind } from './client-kind.ts'
import { clientKinds } from './client-kinds.ts'
import { due } from './due.ts'
import { PretendChain } from './pretend-chain.ts'
import { PretendNode } from './pretend-node.ts'
import { seededRandom } from './seeded-random.ts'

export interface FleetOptions {
  /** `ws://127.0.0.1:3000/api` */
  readonly endpoint: string
  readonly nodes: number
  readonly seed: number
  readonly secret: string
  readonly networkId: number
  readonly blockTimeS: number
  /** Blocks the first node tells as history before anything else. */
  readonly history: number
  /** `mixed`: clients of every kind, drawn by the seed. */
  readonly clients: 'geth' | 'mixed'
}

/** What the fleet did; what is missing on the server's side of these is lost. */
export interface FleetCounts {
  readonly connected: number
  /** Messages sent, by topic. */
  readonly sent: Readonly<Record<string, number>>
  readonly closedByServer: number
  /** Largest time a message was sent after it was due, in milliseconds: the generator's own fault, not the server's. */
  readonly latenessMs: number
}

interface Member {
  readonly node: PretendNode
  readonly socket: WebSocket
  /** Milliseconds after a block at which this node tells of it. */
  readonly delayMs: number
}

/** A frame to be sent, in milliseconds after the block. */
interface Due {
  readonly atMs: number
  readonly topic: string
  readonly frame: () => string
  readonly member: Member
}

const maxConnecting = 50
const historyChunk = 50

/** Many ethstats clients in one process: each tells block, pending, stats and latency once a block time, and what else its kind tells. Open loop. */
export class EthstatsFleet {
  readonly #options: FleetOptions
  readonly #chain: PretendChain
  readonly #random: () => number
  readonly #members: Member[] = []
  readonly #sent: Record<string, number> = {}
  #closedByServer = 0
  #latenessMs = 0
  #stopping = false

  constructor(options: FleetOptions) {
    this.#options = options
    this.#chain = new PretendChain(options.seed)
    this.#random = seededRandom(options.seed + 1)
  }

  get counts(): FleetCounts {
    const connected = this.#members.filter(({ socket }) => socket.readyState === socket.OPEN).length
    return { connected, sent: { ...this.#sent }, closedByServer: this.#closedByServer, latenessMs: this.#latenessMs }
  }

  /** Connects every node and has it say hello; resolves when all are ready, rejects with the first refusal. */
  async connect(): Promise<void> {
    for (let from = 0; from < this.#options.nodes; from += maxConnecting) {
      const many = Math.min(maxConnecting, this.#options.nodes - from)
      this.#members.push(...(await Promise.all(Array.from({ length: many }, (_, index) => this.#join(from + index)))))
    }
    this.#tellHistory()
  }

  /** Lives for as many block times as `seconds` hold, one at least. */
  async run(seconds: number): Promise<void> {
    const blockTimes = Math.max(1, Math.round(seconds / this.#options.blockTimeS))
    for (let done = 0; done < blockTimes; done++) await this.#blockTime()
  }

  stop(): void {
    this.#stopping = true
    for (const { socket } of this.#members) socket.close()
  }

  #nodeNamed(id: string): PretendNode {
    if (this.#options.clients === 'geth') return new PretendNode(id)
    return new PretendNode(id, clientKinds[Math.floor(this.#random() * clientKinds.length)])
  }

  async #join(index: number): Promise<Member> {
    const node = this.#nodeNamed(`sim-${this.#options.seed}-${index}`)
    const socket = new WebSocket(this.#options.endpoint, { perMessageDeflate: false })
    const member = { node, socket, delayMs: Math.floor(this.#random() * 1_000) }
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.once('open', () => this.#send(member, 'hello', node.hello(this.#options.secret, this.#options.networkId)))
      socket.on('message', (frame: Buffer) => this.#hear(member, frame.toString(), resolve))
      socket.once('close', (code) => {
        if (!this.#stopping) this.#closedByServer++
        reject(new Error(`${node.id} was refused (${code})`))
      })
    })
    socket.on('error', () => undefined)
    return member
  }

  #hear(member: Member, frame: string, ready: () => void): void {
    if (frame.includes('"ready"')) ready()
    else if (frame.includes('node-pong')) this.#send(member, 'latency', member.node.latency(6))
    else if (frame.startsWith('"primus::ping::')) {
      const pong = member.node.kind.pong(frame.slice('"primus::ping::'.length, -1), Date.now())
      if (pong !== undefined) member.socket.send(pong)
    }
  }

  #tellHistory(): void {
    const [first] = this.#members
    for (let told = 0; first !== undefined && told < this.#options.history; told += historyChunk) {
      const blocks = Array.from({ length: historyChunk }, () => this.#chain.seal(this.#chain.head.timestamp + 5))
      this.#send(first, 'history', first.node.history(blocks.reverse()))
    }
  }

  /** One block: every node tells of it after its own delay, then its readings, spread over the rest of the time. */
  async #blockTime(): Promise<void> {
    const startMs = performance.now()
    const lengthMs = this.#options.blockTimeS * 1000
    const block = this.#chain.seal(this.#chain.head.timestamp + this.#options.blockTimeS)
    const texts = new Map<ClientKind, string>()
    for (const { node } of this.#members) if (!texts.has(node.kind)) texts.set(node.kind, node.blockJson(block))
    const plan = this.#members.flatMap((member, index) => {
      const { node, delayMs } = member
      const spread = (part: number) =>
        (lengthMs * (index + part * this.#members.length)) / (4 * this.#members.length) + 1_000
      const parts: Omit<Due, 'member'>[] = [
        { atMs: delayMs, topic: 'block', frame: () => node.block(texts.get(node.kind) ?? '') },
        { atMs: spread(0), topic: 'pending', frame: () => node.pending(index % 300) },
        { atMs: spread(1), topic: 'stats', frame: () => node.stats(index % 50) },
        { atMs: spread(2), topic: 'node-ping', frame: () => node.nodePing(Date.now()) },
      ]
      const timing = { atMs: delayMs, topic: 'block_new_payload', frame: () => node.timing(block, 48_000_000) }
      if (node.kind.tellsTiming) parts.unshift(timing)
      return parts.map((part): Due => ({ ...part, atMs: Math.min(part.atMs, lengthMs - 1), member }))
    })
    plan.sort((a, b) => a.atMs - b.atMs)
    for (const { atMs, topic, frame, member } of plan) {
      await due(startMs + atMs)
      this.#latenessMs = Math.max(this.#latenessMs, performance.now() - startMs - atMs)
      this.#send(member, topic, frame())
    }
    await due(startMs + lengthMs)
  }

  #send(member: Member, topic: string, frame: string): void {
    if (member.socket.readyState !== member.socket.OPEN) return
    member.socket.send(frame)
    this.#sent[topic] = (this.#sent[topic] ?? 0) + 1
  }
}
