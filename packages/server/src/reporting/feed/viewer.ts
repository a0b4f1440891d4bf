import type { FeedMessage, ViewId } from '@headwatch/protocol/reporting'
import type { Socket } from '@headwatch/sdk'
import type { LiveView } from './live-view.ts'

/** Views one viewer may have open. */
const maxViews = 16
/** A viewer this many ticks behind gets every fourth tick, and this many more ends it. */
const thinAtTicks = 12
const cutAtTicks = 120
const thinFactor = 4

interface Subscription {
  readonly view: LiveView
  /** The tick of the last frame sent; 0 before the first. */
  sentAt: number
}

/** One browser: what it looks at and how well it keeps up. */
export class Viewer {
  readonly #socket: Socket
  readonly #tickMs: number
  readonly #views = new Map<ViewId, Subscription>()
  #lastSent = 0
  /** The tick of the oldest frame the viewer has not confirmed; undefined when it has confirmed all. */
  #oldestUnseen: number | undefined
  #thinned = false

  constructor(socket: Socket, tickMs: number) {
    this.#socket = socket
    this.#tickMs = tickMs
  }

  get views(): Iterable<LiveView> {
    return [...this.#views.values()].map(({ view }) => view)
  }

  /** False when the viewer has too many views already. */
  subscribe(id: ViewId, view: LiveView): boolean {
    if (!this.#views.has(id) && this.#views.size >= maxViews) return false
    this.#views.set(id, { view, sentAt: 0 })
    return true
  }

  viewOf(id: ViewId): LiveView | undefined {
    return this.#views.get(id)?.view
  }

  unsubscribe(id: ViewId): LiveView | undefined {
    const view = this.#views.get(id)?.view
    this.#views.delete(id)
    return view
  }

  seen(tick: number): void {
    this.#oldestUnseen = tick >= this.#lastSent ? undefined : tick + 1
  }

  say(message: FeedMessage): void {
    this.#socket.send(JSON.stringify(message))
  }

  /**
   * Sends what changed, unless the viewer is behind and this tick is not its turn. `tailOf` gives the fields all frames of
   * a tick share; a view without them waits for the next tick.
   */
  send(tick: number, tailOf: (view: LiveView) => string | undefined): void {
    if (!this.#keepsUp(tick)) return
    for (const [id, subscription] of this.#views) {
      const frame = subscription.view.frameFor(subscription.sentAt)
      const tail = frame && tailOf(subscription.view)
      if (frame !== undefined && tail === undefined) continue
      subscription.sentAt = tick
      if (frame === undefined) continue
      this.#lastSent = tick
      this.#oldestUnseen ??= tick
      this.#socket.send(`{"type":"${frame.type}","view":${JSON.stringify(id)},"${frame.field}":${frame.json},${tail}}`)
    }
  }

  #keepsUp(tick: number): boolean {
    const behind = this.#oldestUnseen === undefined ? 0 : tick - this.#oldestUnseen
    if (behind > cutAtTicks) this.#socket.close(1013, 'too far behind')
    const thin = behind > thinAtTicks || (this.#thinned && behind > 1)
    if (thin !== this.#thinned) {
      this.#thinned = thin
      this.say({
        type: 'pace',
        everyMs: this.#tickMs * (thin ? thinFactor : 1),
        reason: thin ? 'viewer_behind' : 'normal',
      })
    }
    return this.#socket.bufferedBytes === 0 && (!thin || tick % thinFactor === 0)
  }
}
