import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { IssuedNumbers } from './issued-numbers.ts'
import { numberedRecord } from './numbered-record.ts'

export interface NumberedSourceOptions {
  /** The agent's name. */
  readonly name: string
  /** Where the agent's receiver listens, now or later. */
  readonly port: number
  /** A line of records leaves this often, in milliseconds. */
  readonly everyMs: number
  /** Records of a line: from 1 to this many. */
  readonly mostRecords: number
  /** Whether it also says what its node is and on which network, where nobody else does; so when absent. */
  readonly tellsNode?: boolean
  /** From 0 up to but without 1. */
  readonly chance: () => number
}

/** Lines sent and not answered; beyond it nothing more is issued. */
const mostUnanswered = 32

const reconnectAfterMs = 20

/**
 * Issues numbered records to an agent for as long as it takes them. A line that was not answered when its connection
 * ended is never sent again: then no number can come twice, however often agent and server are killed.
 */
export class NumberedSource implements Disposable {
  readonly issued: IssuedNumbers
  readonly #options: NumberedSourceOptions
  readonly #timer: NodeJS.Timeout
  readonly #unanswered = new Map<number, readonly number[]>()
  #socket: Socket | undefined
  #lines = 0
  /** A connection ends with the agent's life, and not before. */
  #lives = 0
  #isPaused = false
  #isOver = false

  constructor(options: NumberedSourceOptions) {
    this.#options = options
    this.issued = new IssuedNumbers(options.name)
    this.#connect()
    this.#timer = setInterval(() => this.#tell(), options.everyMs)
  }

  /** Whether every line has been answered, or never will be. */
  get isAnswered(): boolean {
    return this.#unanswered.size === 0
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    clearInterval(this.#timer)
    this.#socket?.destroy()
  }

  #connect(): void {
    const socket = connect(this.#options.port, '127.0.0.1')
    socket.on('error', () => undefined)
    socket.on('connect', () => {
      this.#socket = socket
      this.#lives++
      // The agent dates it and names its origin.
      if (this.#options.tellsNode !== false)
        socket.write(`0 [{"type":"node","networkId":"4242","client":"numbered/${this.issued.source}"}]\n`)
    })
    socket.on('close', () => {
      this.#socket = undefined
      this.#unanswered.clear()
      if (!this.#isOver) setTimeout(() => this.#connect(), reconnectAfterMs)
    })
    createInterface({ input: socket })
      .on('error', () => undefined)
      .on('line', (line) => this.#hear(line))
  }

  #hear(line: string): void {
    const [id, answer] = line.split(' ')
    const numbers = this.#unanswered.get(Number(id))
    if (numbers === undefined) return
    this.#unanswered.delete(Number(id))
    if (answer === 'ok') this.issued.keep(numbers)
  }

  #tell(): void {
    if (this.#isPaused || this.#socket?.writable !== true || this.#unanswered.size >= mostUnanswered) return
    const { mostRecords, chance, name } = this.#options
    const numbers = this.issued.issue(1 + Math.floor(chance() * mostRecords), this.#lives)
    this.#unanswered.set(++this.#lines, numbers)
    const items = numbers.map((number) => numberedRecord(name, number))
    this.#socket.write(`${this.#lines} ${JSON.stringify(items)}\n`)
  }
}
