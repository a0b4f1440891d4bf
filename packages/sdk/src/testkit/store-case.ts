import type { Store } from '../store.ts'

/** What a directed case is given: an open, empty store and a signal that never aborts. */
export interface StoreCase {
  readonly store: Store
  readonly signal: AbortSignal
}
