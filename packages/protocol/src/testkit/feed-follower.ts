import assert from 'node:assert/strict'
import { applyDelta } from '../reporting/apply-delta.ts'
import type { FeedMessage, ViewContent, ViewId } from '../reporting/feed.ts'

/** What a browser makes of a feed: the content of each view after all its messages. */
export class FeedFollower {
  readonly messages: FeedMessage[] = []
  readonly #contents = new Map<ViewId, ViewContent>()
  #tick = 0

  get tick(): number {
    return this.#tick
  }

  contentOf(view: ViewId): ViewContent | undefined {
    return this.#contents.get(view)
  }

  countOf(type: FeedMessage['type']): number {
    return this.messages.filter((message) => message.type === type).length
  }

  /** Takes one frame. Asserts that it can be followed: ticks never fall, and a delta stands on a content of its kind. */
  take(frame: string): void {
    const message = JSON.parse(frame) as FeedMessage
    this.messages.push(message)
    if ('tick' in message) {
      assert.ok(message.tick >= this.#tick, `tick ${message.tick} after ${this.#tick}`)
      this.#tick = message.tick
    }
    if (message.type === 'snapshot') this.#contents.set(message.view, message.content)
    if (message.type !== 'delta') return
    const before = this.#contents.get(message.view)
    assert.equal(before?.kind, message.delta.kind, `a delta of ${message.view} stands on nothing`)
    if (before !== undefined) this.#contents.set(message.view, applyDelta(before, message.delta))
  }
}
