import { storeAnswerCases } from './store-answer-cases.ts'
import { storeAppendCases } from './store-append-cases.ts'
import type { StoreCase } from './store-case.ts'

/** What every store does, by the sentence that says it. */
export const storeCases: Readonly<Record<string, (given: StoreCase) => Promise<void>>> = {
  ...storeAppendCases,
  ...storeAnswerCases,
}
