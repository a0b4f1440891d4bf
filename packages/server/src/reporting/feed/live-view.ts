import { deltaOf, type ViewContent, type ViewQuestion } from '@headwatch/protocol/reporting'
import { type ViewSources, viewContent } from '../view-content.ts'

/** A question that one or more viewers ask, computed once a tick and serialised once. */
export class LiveView {
  readonly question: ViewQuestion
  /** How many subscriptions share it. */
  subscribers = 0
  /** The tick of the last change, and of the change before that. */
  changedAt = 0
  #changedBefore = 0
  #content: ViewContent | undefined
  #snapshot: string | undefined
  #delta = ''

  constructor(question: ViewQuestion) {
    this.question = question
  }

  /** Computes the view anew and remembers what changed since the tick before. */
  refresh(sources: ViewSources, tick: number): void {
    const content = viewContent(this.question, sources)
    const delta = this.#content && deltaOf(this.#content, content)
    if (this.#content !== undefined && delta === undefined) return
    this.#delta = delta === undefined ? '' : JSON.stringify(delta)
    this.#content = content
    this.#snapshot = undefined
    this.#changedBefore = this.changedAt
    this.changedAt = tick
  }

  /** What a viewer who last got this view at `sentAt` needs: the JSON text of a snapshot or a delta, or nothing. */
  frameFor(
    sentAt: number,
  ): { readonly type: 'snapshot' | 'delta'; readonly field: 'content' | 'delta'; readonly json: string } | undefined {
    if (sentAt >= this.changedAt) return undefined
    const canDelta = sentAt > 0 && sentAt >= this.#changedBefore && this.#delta !== ''
    if (canDelta) return { type: 'delta', field: 'delta', json: this.#delta }
    this.#snapshot ??= JSON.stringify(this.#content)
    return { type: 'snapshot', field: 'content', json: this.#snapshot }
  }
}
