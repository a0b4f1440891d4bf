import type { ClockOffset, UnixMs } from '@headwatch/protocol'

/** A longer exchange tells nothing: most of it was waiting. */
const longestMs = 10_000
const roundTripsKept = 4

/**
 * What the exchanges on one connection tell of the way to the client, and of its clock. `nowMs` is of the clock that never
 * jumps.
 *
 * The way is measured here, where the client answers one of our frames at once, and is its own word only until then: a
 * client that comes back with a queue of old pings counts the time that they waited as well.
 */
export class LinkTimes {
  #pinged: { readonly time: UnixMs; readonly ms: number } | undefined
  #answeredMs: number | undefined
  readonly #roundTripsMs: number[] = []
  #toldWayMs: number | undefined
  /** Arrival by our clock less departure by the client's, of its last question: the offset and the way in one. */
  #lead: number | undefined

  /** From the client to here, one way; undefined until an exchange has told it. Waiting only adds, so the least of the last counts. */
  get wayMs(): number | undefined {
    return this.#roundTripsMs.length === 0 ? this.#toldWayMs : Math.min(...this.#roundTripsMs) / 2
  }

  /**
   * How far the client's clock is from ours, in the middle of what its last question and the way allow. The client's own
   * figure comes first here: it is of that very exchange.
   */
  get clock(): ClockOffset | undefined {
    const wayMs = this.#toldWayMs ?? this.wayMs
    if (wayMs === undefined || this.#lead === undefined) return undefined
    return { offsetMs: this.#lead - wayMs, errorMs: wayMs }
  }

  /** A ping of ours with `time` leaves. */
  pings(time: UnixMs, nowMs: number): void {
    this.#pinged = { time, ms: nowMs }
  }

  /** Whether a pong was to our last ping, and so measured the way. Some clients answer with another time. */
  isPonged(time: string, nowMs: number): boolean {
    if (this.#pinged === undefined || String(this.#pinged.time) !== time) return false
    const tookMs = nowMs - this.#pinged.ms
    this.#pinged = undefined
    return this.#keep(tookMs)
  }

  /** A question that left at `sentAt` by the client's clock has arrived at `now` by ours. */
  isAsked(sentAt: UnixMs, now: UnixMs): void {
    this.#lead = now - sentAt
  }

  /** The answer to its question leaves. */
  answers(nowMs: number): void {
    this.#answeredMs = nowMs
  }

  /** The client says how long the way is, which it does as soon as it has our answer. */
  isTold(wayMs: number, nowMs: number): void {
    if (this.#answeredMs !== undefined) this.#keep(nowMs - this.#answeredMs)
    this.#answeredMs = undefined
    if (wayMs <= longestMs / 2) this.#toldWayMs = wayMs
  }

  #keep(roundTripMs: number): boolean {
    if (roundTripMs > longestMs) return false
    this.#roundTripsMs.push(roundTripMs)
    if (this.#roundTripsMs.length > roundTripsKept) this.#roundTripsMs.shift()
    return true
  }
}
