import { setImmediate } from 'node:timers/promises'
import type { Telemetry } from '@headwatch/protocol'
import type { Clock } from '@headwatch/sdk'
import { endsSoon, HangsError, TimedOutError } from '../supervision/with-deadline.ts'

export interface PullOptions {
  /** Nothing for this long ends the round. */
  readonly idleMs: number
  readonly clock: Clock
}

/** At most this many items are handed on together. */
const maxTogether = 256

/** How long the first item of a group may wait for others. */
const gatherMs = 20

/**
 * Pulls one round of a collector and hands its items on in groups, pulling no further while a group is on its way. What
 * was yielded before a throw is handed on. Never starves others: between groups everybody else gets a turn.
 *
 * @throws {TimedOutError} {HangsError} what the round throws, or what `handOn` throws.
 */
export async function pullItems(
  collect: (signal: AbortSignal) => AsyncIterable<Telemetry>,
  handOn: (items: readonly Telemetry[]) => Promise<void>,
  { idleMs, clock }: PullOptions,
  signal: AbortSignal,
): Promise<void> {
  const round = new AbortController()
  const stop = () => round.abort(signal.reason)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  const alarm = new Alarm(clock)
  const group = new Group(handOn)
  try {
    const items = collect(round.signal)[Symbol.asyncIterator]()
    let pulled: Pulled | undefined = next(items)
    while (pulled !== undefined) {
      const result: Answer = await alarm.before(pulled, group.isEmpty ? idleMs : gatherMs, round.signal)
      if (result !== 'late') pulled = (await passOn(result, group, items))?.pulled
      else if (!(await group.flush())) throw await endRound(round, items, pulled, idleMs, clock)
    }
  } finally {
    alarm.off()
    signal.removeEventListener('abort', stop)
    await group.flush()
    round.abort()
  }
}

type Pulled = Promise<IteratorResult<Telemetry>>
type Answer = IteratorResult<Telemetry> | 'late' | 'aborted'

/** Takes an item over and pulls the next one; undefined when there is none. */
async function passOn(
  result: IteratorResult<Telemetry> | 'aborted',
  group: Group,
  items: AsyncIterator<Telemetry>,
): Promise<{ readonly pulled: Pulled } | undefined> {
  if (result === 'aborted' || result.done === true) return undefined
  await group.add(result.value)
  return { pulled: next(items) }
}

/** Pulls one item. Whoever waits for it hears of a failure; that nobody does is no failure of the program. */
function next(items: AsyncIterator<Telemetry>): Pulled {
  const pulled = items.next()
  pulled.catch(() => undefined)
  return pulled
}

/** Items that are handed on together. */
class Group {
  readonly #handOn: (items: readonly Telemetry[]) => Promise<void>
  #items: Telemetry[] = []

  constructor(handOn: (items: readonly Telemetry[]) => Promise<void>) {
    this.#handOn = handOn
  }

  get isEmpty(): boolean {
    return this.#items.length === 0
  }

  /** A full group is handed on, and then everybody else gets a turn. */
  async add(item: Telemetry): Promise<void> {
    this.#items.push(item)
    if (this.#items.length < maxTogether) return
    await this.flush()
    await setImmediate()
  }

  /** Hands on what there is; false where that is nothing. */
  async flush(): Promise<boolean> {
    if (this.isEmpty) return false
    const items = this.#items
    this.#items = []
    await this.#handOn(items)
    return true
  }
}

/** Tells a round that came too late to stop, and says what kind of failure it was. */
async function endRound(
  round: AbortController,
  items: AsyncIterator<Telemetry>,
  pulled: Promise<unknown>,
  idleMs: number,
  clock: Clock,
): Promise<Error> {
  round.abort(new TimedOutError(idleMs))
  const ended = Promise.allSettled([pulled, items.return?.()])
  return (await endsSoon(ended, clock)) ? new TimedOutError(idleMs) : new HangsError(idleMs)
}

/** One timer for many waits of the same kind: a flood of items does not make a flood of timers. */
class Alarm {
  readonly #clock: Clock
  #ms = 0
  #sleeping = new AbortController()
  #late: Promise<'late'> | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** What `promise` comes to; `late` when that takes longer than `ms` since the first wait with this `ms`. */
  async before<T>(promise: Promise<T>, ms: number, signal: AbortSignal): Promise<T | 'late' | 'aborted'> {
    if (signal.aborted) return 'aborted'
    const aborted = Promise.withResolvers<'aborted'>()
    const stop = () => aborted.resolve('aborted')
    signal.addEventListener('abort', stop, { once: true })
    try {
      const first = await Promise.race([promise, this.#set(ms), aborted.promise])
      if (first === 'late') this.off()
      return first
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  off(): void {
    this.#sleeping.abort()
    this.#late = undefined
  }

  #set(ms: number): Promise<'late'> {
    if (this.#late !== undefined && this.#ms === ms) return this.#late
    this.off()
    this.#ms = ms
    this.#sleeping = new AbortController()
    this.#late = this.#clock.sleep(ms, this.#sleeping.signal).then(
      () => 'late' as const,
      () => new Promise<never>(() => {}),
    )
    return this.#late
  }
}
