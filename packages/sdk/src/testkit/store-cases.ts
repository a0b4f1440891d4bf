import type { Store } from '../store.ts'
import { storeAnswerCases } from './store-answer-cases.ts'
import { storeAppendCases } from './store-append-cases.ts'

/** What a directed case is given: an open, empty store and a signal that never aborts. */
export interface StoreCase {
  readonly store: Store
  readonly signal: AbortSignal
}

/** What every store does, by the sentence that says it. */
export const storeCases: Readonly<Record<string, (given: StoreCase) => Promise<void>>> = {
  ...storeAppendCases,
  ...storeAnswerCases,
}
