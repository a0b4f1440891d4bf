import type { Clock } from '@headwatch/sdk'

interface Sleeper {
  readonly dueMs: number
  readonly order: number
  /** Undefined once it was woken or aborted. */
  wake: (() => void) | undefined
}

/**
 * A clock that only moves when told to, for tens of thousands of sleepers: a binary heap, where the clock of the testkit
 * looks through all of them.
 */
export class HeapClock implements Clock {
  readonly #heap: Sleeper[] = []
  readonly #startAt: number
  #monotonicMs = 0
  #order = 0

  constructor(startAt = 1_700_000_000_000) {
    this.#startAt = startAt
  }

  now(): number {
    return this.#startAt + this.#monotonicMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const sleeper: Sleeper = { dueMs: this.#monotonicMs + Math.max(0, ms), order: this.#order++, wake: undefined }
    const abort = () => {
      sleeper.wake = undefined
      reject(signal?.reason)
    }
    sleeper.wake = () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    }
    signal?.addEventListener('abort', abort, { once: true })
    this.#push(sleeper)
    return promise
  }

  /** Moves on by `ms`, waking sleepers in order; those due in the same millisecond wake together, and then `settle` is waited for. */
  async advance(ms: number, settle: () => Promise<void> = turns): Promise<void> {
    const end = this.#monotonicMs + ms
    await settle()
    for (let next = this.#heap[0]; next !== undefined && next.dueMs <= end; next = this.#heap[0]) {
      const isDue = next.wake !== undefined
      if (isDue) this.#monotonicMs = Math.max(this.#monotonicMs, next.dueMs)
      const untilMs = Math.floor(next.dueMs) + 1
      for (let due = this.#heap[0]; due !== undefined && due.dueMs < untilMs && due.dueMs <= end; due = this.#heap[0]) {
        this.#pop()
        due.wake?.()
      }
      if (isDue) await settle()
    }
    this.#monotonicMs = end
    await settle()
  }

  #push(sleeper: Sleeper): void {
    const heap = this.#heap
    let place = heap.push(sleeper) - 1
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!isBefore(heap[place], heap[parent])) break
      swap(heap, place, parent)
      place = parent
    }
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    heap[0] = last
    for (let place = 0; ; ) {
      const [left, right] = [2 * place + 1, 2 * place + 2]
      const least = isBefore(heap[right], heap[left]) ? right : left
      if (!isBefore(heap[least], heap[place])) return
      swap(heap, place, least)
      place = least
    }
  }
}

/** Lets everything run that is ready, frames on their way through a switchboard included. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
}

function isBefore(one: Sleeper | undefined, other: Sleeper | undefined): boolean {
  if (one === undefined || other === undefined) return one !== undefined
  return one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order)
}

function swap(heap: Sleeper[], one: number, other: number): void {
  const [first, second] = [heap[one], heap[other]]
  if (first === undefined || second === undefined) return
  heap[one] = second
  heap[other] = first
}
