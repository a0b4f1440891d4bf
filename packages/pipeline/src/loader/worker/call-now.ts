import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import { type CrossingError, packError, unpackError } from './crossing-error.ts'

/** A line on which one thread asks and stands still until the other has answered. */
export interface NowLine {
  readonly port: MessagePort
  /** Counts answers; the asking thread sleeps on it. Shared memory of two 32-bit integers, the second 1 once the other side answers. */
  readonly answers: Int32Array<SharedArrayBuffer>
}

/** A line between two threads: the end that asks, and the end that answers. */
export function nowLine(): [NowLine, NowLine] {
  const { port1, port2 } = new MessageChannel()
  const answers = new Int32Array(new SharedArrayBuffer(8))
  return [
    { port: port1, answers },
    { port: port2, answers },
  ]
}

interface Question {
  readonly id: number
  readonly method: string
  readonly args: readonly unknown[]
}

type Answer = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: CrossingError }

/** The other thread did not answer in time: it hangs, or is gone. A fault. */
class NoAnswerInTimeError extends Error {
  override readonly name = 'NoAnswerInTimeError'

  constructor(method: string, timeoutMs: number) {
    super(`"${method}" was not answered by its thread within ${timeoutMs} ms`)
  }
}

/** The asking end of a line. One thread, one caller. */
export class NowCaller {
  readonly #line: NowLine
  #calls = 0

  constructor(line: NowLine) {
    this.#line = line
  }

  /** Blocks this thread until the other side answers questions at all. @throws {NoAnswerInTimeError} */
  awaitListener(timeoutMs: number): void {
    const { answers } = this.#line
    if (Atomics.wait(answers, 1, 0, timeoutMs) === 'timed-out') throw new NoAnswerInTimeError('start', timeoutMs)
  }

  /** Asks and blocks this thread until the answer. @throws what the other side threw. @throws {NoAnswerInTimeError} */
  call(method: string, args: readonly unknown[], timeoutMs: number): unknown {
    const { port, answers } = this.#line
    const id = ++this.#calls
    port.postMessage({ id, method, args } satisfies Question)
    const endsAtMs = performance.now() + timeoutMs
    for (;;) {
      const seen = Atomics.load(answers, 0)
      const answer = this.#answerTo(id)
      if (answer !== undefined) {
        if ('error' in answer) throw unpackError(answer.error)
        return answer.value
      }
      const leftMs = endsAtMs - performance.now()
      if (leftMs <= 0 || Atomics.wait(answers, 0, seen, leftMs) === 'timed-out')
        throw new NoAnswerInTimeError(method, timeoutMs)
    }
  }

  /** Answers to calls that were given up are passed over. */
  #answerTo(id: number): Answer | undefined {
    for (;;) {
      const received = receiveMessageOnPort(this.#line.port) as { message: Answer } | undefined
      if (received === undefined || received.message.id === id) return received?.message
    }
  }
}

/** The answering end: `handle` runs between the events of this thread and must not wait. */
export function answerNow(
  { port, answers }: NowLine,
  handle: (method: string, args: readonly unknown[]) => unknown,
): void {
  port.on('message', ({ id, method, args }: Question) => {
    try {
      port.postMessage({ id, value: handle(method, args) } satisfies Answer)
    } catch (error) {
      port.postMessage({ id, error: packError(error) } satisfies Answer)
    }
    Atomics.add(answers, 0, 1)
    Atomics.notify(answers, 0)
  })
  Atomics.store(answers, 1, 1)
  Atomics.notify(answers, 1)
}
