import { PretendChain, PretendNode } from '@headwatch/simulator'
import { WebSocket } from 'ws'
import type { Ledger } from './ledger.ts'

export interface PretendClientOptions {
  /** `ws://127.0.0.1:3000/api` */
  readonly endpoint: string
  readonly name: string
  readonly secret: string
  readonly networkId: number
  readonly ledger: Ledger
}

type Block = ReturnType<PretendChain['seal']>

const statsEveryMs = 1_000
const blockEveryMs = 2_000
const primusPingEveryMs = 5_000
const latencyEveryMs = 3_000
const reconnectAfterMs = 1_000

/**
 * A client in the manner of the original agent, on a chain of its own. Every record carries its number: a block by its
 * height, a stats message as its count of peers. What is due while no connection stands is issued and lost, as there.
 */
export class PretendClient implements Disposable {
  readonly #options: PretendClientOptions
  readonly #node: PretendNode
  readonly #chain = new PretendChain(7)
  readonly #told: Block[] = []
  #timers: readonly NodeJS.Timeout[] | undefined
  #socket: WebSocket | undefined
  #isReady = false
  #isOver = false
  #stats = 0
  #pongs = 0

  constructor(options: PretendClientOptions) {
    this.#options = options
    this.#node = new PretendNode(options.name)
    this.#connect()
  }

  get name(): string {
    return this.#options.name
  }

  /** How often the server answered a heartbeat in the Primus manner. */
  get pongs(): number {
    return this.#pongs
  }

  /** Issues nothing more; the connection stays. */
  fallSilent(): void {
    for (const timer of this.#timers ?? []) clearInterval(timer)
  }

  [Symbol.dispose](): void {
    this.fallSilent()
    this.#isOver = true
    this.#socket?.close()
  }

  #connect(): void {
    const { endpoint, name, secret, networkId } = this.#options
    const socket = new WebSocket(endpoint, { perMessageDeflate: false })
    this.#socket = socket
    socket.on('open', () => socket.send(originalHello(name, secret, networkId)))
    socket.on('message', (frame: Buffer) => this.#hear(frame.toString()))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#isReady = false
      if (!this.#isOver) setTimeout(() => this.#connect(), reconnectAfterMs)
    })
  }

  #hear(frame: string): void {
    if (frame.startsWith('"primus::pong::')) this.#pongs++
    else if (frame.startsWith('"primus::ping::')) this.#sendIfReady(frame.replace('ping', 'pong'))
    else if (frame.includes('"ready"')) this.#beReady()
    else if (frame.includes('"node-pong"')) this.#sendIfReady(this.#node.latency(2))
    else if (frame.includes('"history"')) this.#sendIfReady(this.#node.history(this.#wanted(frame)))
  }

  #beReady(): void {
    this.#isReady = true
    this.#timers ??= [
      setInterval(() => this.#tellStats(), statsEveryMs),
      setInterval(() => this.#tellBlock(), blockEveryMs),
      setInterval(() => this.#sendIfReady(JSON.stringify(`primus::ping::${Date.now()}`)), primusPingEveryMs),
      setInterval(() => this.#sendIfReady(this.#node.nodePing(Date.now())), latencyEveryMs),
    ]
  }

  #wanted(frame: string): readonly Block[] {
    const { emit } = JSON.parse(frame) as { emit: [string, { list: number[] }] }
    return this.#told.filter(({ number }) => emit[1].list.includes(number)).reverse()
  }

  #tellStats(): void {
    const number = ++this.#stats
    const wasSent = this.#sendIfReady(this.#node.stats(number))
    this.#options.ledger.issue({ kind: 'stats', number, issuedAtMs: Date.now(), wasSent })
  }

  #tellBlock(): void {
    const block = this.#chain.seal(Math.floor(Date.now() / 1000))
    this.#told.push(block)
    const wasSent = this.#sendIfReady(this.#node.block(JSON.stringify(block)))
    const { number, hash } = block
    this.#options.ledger.issue({ kind: 'block', number, hash, issuedAtMs: Date.now(), wasSent })
  }

  #sendIfReady(frame: string): boolean {
    if (!this.#isReady || this.#socket?.readyState !== WebSocket.OPEN) return false
    this.#socket.send(frame)
    return true
  }
}

/** The original agent's own kinds: a number for the protocol, the version of its library for the interface. */
function originalHello(name: string, secret: string, networkId: number): string {
  const info = {
    name,
    contact: '',
    coinbase: null,
    node: 'Geth/v1.10.26-stable/linux-amd64/go1.18',
    net: String(networkId),
    protocol: 66,
    api: '0.15.3',
    port: 30303,
    os: 'linux',
    os_v: '5.10.0',
    client: '0.1.1',
    canUpdateHistory: true,
  }
  return JSON.stringify({ emit: ['hello', { id: name, secret, info }] })
}
