import type { NetworkId } from '@headwatch/protocol'
import type { Completeness, ViewerMessage, ViewQuestion } from '@headwatch/protocol/reporting'
import type { Clock, FrontDoor, Logger, Meter, Socket, SocketListener } from '@headwatch/sdk'
import type { ViewSources } from '../view-content.ts'
import { LiveView } from './live-view.ts'
import { Viewer } from './viewer.ts'
import { readViewerMessage } from './viewer-message.ts'

export interface FeedOptions {
  readonly maxViewers: number
  /** Time between ticks; a viewer gets at most one frame a view and tick. */
  readonly tickMs: number
  readonly server: string
  readonly version: string
}

export interface FeedParts {
  readonly clock: Clock
  readonly meter: Meter
  readonly logger: Logger
  readonly sources: ViewSources
  readonly completeness: (network: NetworkId | undefined) => Completeness
}

const maxFrameBytes = 16 * 1024

/** Pushes views to browsers. Equal views are computed and serialised once a tick, however many look at them. */
export class Feed {
  readonly #options: FeedOptions
  readonly #parts: FeedParts
  readonly #viewers = new Set<Viewer>()
  readonly #views = new Map<string, LiveView>()
  /** Views that could not be computed when they were last tried: each is logged once. */
  readonly #failing = new WeakSet<LiveView>()
  #tick = 1

  constructor(options: FeedOptions, parts: FeedParts) {
    this.#options = options
    this.#parts = parts
  }

  get viewers(): number {
    return this.#viewers.size
  }

  /** Serves viewers until `signal` aborts. */
  async run(door: FrontDoor, signal: AbortSignal): Promise<void> {
    door.webSocket({ path: '/api/v1/feed', maxFrameBytes, accept: (socket) => this.#accept(socket) }, signal)
    while (!signal.aborted) {
      await this.#parts.clock.sleep(this.#options.tickMs, signal).catch(() => undefined)
      if (this.#viewers.size > 0 && !signal.aborted) this.tick()
    }
  }

  /** Computes every view that is looked at and sends what changed. A view that fails costs itself: its viewers keep what they have. */
  tick(): void {
    this.#tick++
    for (const view of this.#views.values()) this.#refresh(view)
    const tails = new Map<NetworkId | undefined, string | undefined>()
    for (const viewer of this.#viewers) viewer.send(this.#tick, (view) => this.#tailOf(view, tails))
  }

  #refresh(view: LiveView): void {
    try {
      view.refresh(this.#parts.sources, this.#tick)
      this.#failing.delete(view)
    } catch (error) {
      this.#failed(view, error)
    }
  }

  #failed(view: LiveView, error: unknown): void {
    const { meter, logger } = this.#parts
    meter.count('headwatch_feed_faults_total', 1, { view: view.question.of })
    if (this.#failing.has(view)) return
    this.#failing.add(view)
    logger.error('a view of the feed failed; it is tried again with every tick', {
      view: view.question.of,
      reason: String(error),
    })
  }

  /** The fields that frames of one network share in a tick, as JSON text without braces; undefined when they cannot be had. */
  #tailOf(view: LiveView, tails: Map<NetworkId | undefined, string | undefined>): string | undefined {
    const network = 'network' in view.question ? view.question.network : undefined
    if (tails.has(network)) return tails.get(network)
    try {
      const completeness = this.#parts.completeness(network)
      const stamp = { tick: this.#tick, at: this.#parts.clock.now(), completeness }
      tails.set(network, JSON.stringify(stamp).slice(1, -1))
    } catch (error) {
      tails.set(network, undefined)
      this.#failed(view, error)
    }
    return tails.get(network)
  }

  #accept(socket: Socket): SocketListener | undefined {
    if (this.#viewers.size >= this.#options.maxViewers) return undefined
    const { server, version, tickMs } = this.#options
    const viewer = new Viewer(socket, tickMs)
    this.#viewers.add(viewer)
    this.#parts.meter.set('headwatch_viewers', this.#viewers.size)
    viewer.say({ type: 'welcome', server, version, at: this.#parts.clock.now(), role: 'viewer' })
    return {
      onText: (frame) => this.#hear(viewer, frame),
      onBinary: () => viewer.say({ type: 'refused', reason: 'frames are JSON text' }),
      onEnd: () => this.#leave(viewer),
    }
  }

  #hear(viewer: Viewer, frame: string): void {
    const read = readViewerMessage(frame)
    if (!read.ok) {
      this.#parts.meter.count('headwatch_feed_messages_refused_total')
      viewer.say({ type: 'refused', reason: read.reason })
    } else {
      this.#act(viewer, read.message)
    }
  }

  #act(viewer: Viewer, message: ViewerMessage): void {
    switch (message.type) {
      case 'seen':
        return viewer.seen(message.tick)
      case 'unsubscribe':
        return this.#release(viewer.unsubscribe(message.view))
      case 'subscribe':
        return this.#subscribe(viewer, message.view, message.question)
      case 'window': {
        const question = viewer.viewOf(message.view)?.question
        if (question?.of === 'nodes') this.#subscribe(viewer, message.view, { ...question, window: message.window })
        else viewer.say({ type: 'refused', view: message.view, reason: 'no list of nodes is open under that name' })
      }
    }
  }

  #subscribe(viewer: Viewer, id: string, question: ViewQuestion): void {
    const view = this.#viewFor(question)
    const before = viewer.viewOf(id)
    if (!viewer.subscribe(id, view)) {
      this.#forget(view)
      return viewer.say({ type: 'refused', view: id, reason: 'too many views are open' })
    }
    view.subscribers++
    this.#release(before)
  }

  #viewFor(question: ViewQuestion): LiveView {
    const key = JSON.stringify(question)
    const known = this.#views.get(key)
    if (known !== undefined) return known
    const view = new LiveView(question)
    this.#views.set(key, view)
    return view
  }

  #release(view: LiveView | undefined): void {
    if (view === undefined) return
    view.subscribers--
    this.#forget(view)
  }

  #forget(view: LiveView): void {
    if (view.subscribers === 0) this.#views.delete(JSON.stringify(view.question))
  }

  #leave(viewer: Viewer): void {
    this.#viewers.delete(viewer)
    for (const view of viewer.views) this.#release(view)
    this.#parts.meter.set('headwatch_viewers', this.#viewers.size)
  }
}
