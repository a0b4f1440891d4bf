import { RetryableError } from '@headwatch/sdk'
import type { Transport } from './http-transport.ts'

/** One call of a batch. */
export interface Call {
  readonly method: string
  readonly params?: readonly unknown[]
}

/** What came of a call: a result, an error that is the call's own, or a method the client does not have. */
export type Answer =
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  | { readonly kind: 'missing' }

/** How clients say that a method does not exist: most, hardhat, ganache. */
const missingCodes: ReadonlySet<unknown> = new Set([-32601, -32004, -32700])

/**
 * JSON-RPC 2.0 in batches. A call fails alone; a method the client lacks is remembered and not asked for again
 * until `forget`. Clients that refuse batches are asked one call at a time.
 */
export class JsonRpc {
  readonly #transport: Transport
  readonly #missing = new Set<string>()
  #takesBatches = true
  #nextId = 1

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /** Behind the address another client may answer now: everything learned about it is void. */
  forget(): void {
    this.#missing.clear()
    this.#takesBatches = true
  }

  /** One answer for each call, in order. @throws {RetryableError} the client is away, hangs, or answers what is no JSON-RPC. */
  async batch(calls: readonly Call[], signal: AbortSignal): Promise<readonly Answer[]> {
    const asked = calls.filter(({ method }) => !this.#missing.has(method))
    const answers = new Map<Call, Answer>()
    if (this.#takesBatches && asked.length > 1) await this.#askTogether(asked, answers, signal)
    if (!this.#takesBatches || asked.length === 1) await this.#askOneByOne(asked, answers, signal)
    return calls.map((call) => answers.get(call) ?? { kind: 'missing' })
  }

  async #askTogether(calls: readonly Call[], answers: Map<Call, Answer>, signal: AbortSignal): Promise<void> {
    const requests = calls.map((call) => this.#request(call))
    const reply = parse(await this.#transport.post(JSON.stringify(requests), signal))
    if (!Array.isArray(reply)) {
      this.#takesBatches = false
      return
    }
    const byId = new Map(reply.map((entry: unknown) => [fieldOf(entry, 'id'), entry]))
    for (const [index, call] of calls.entries()) {
      answers.set(call, this.#read(call, byId.get(requests[index]?.id)))
    }
  }

  async #askOneByOne(calls: readonly Call[], answers: Map<Call, Answer>, signal: AbortSignal): Promise<void> {
    for (const call of calls) {
      const reply = parse(await this.#transport.post(JSON.stringify(this.#request(call)), signal))
      answers.set(call, this.#read(call, reply))
    }
  }

  #request({ method, params = [] }: Call) {
    return { jsonrpc: '2.0', id: this.#nextId++, method, params }
  }

  #read(call: Call, reply: unknown): Answer {
    const error = fieldOf(reply, 'error')
    if (error === undefined || error === null) {
      const result = fieldOf(reply, 'result')
      return result === undefined
        ? { kind: 'error', code: 0, message: 'no answer to this call' }
        : { kind: 'result', result }
    }
    const code = fieldOf(error, 'code')
    if (missingCodes.has(code)) {
      this.#missing.add(call.method)
      return { kind: 'missing' }
    }
    return {
      kind: 'error',
      code: typeof code === 'number' ? code : 0,
      message: String(fieldOf(error, 'message')).slice(0, 200),
    }
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined
}

function parse(text: string): unknown {
  try {
    const reply: unknown = JSON.parse(text)
    if (typeof reply === 'object' && reply !== null) return reply
  } catch {
    // Refused below, like any other text that is no JSON-RPC answer.
  }
  throw new RetryableError('the address answers, but not with JSON-RPC')
}
