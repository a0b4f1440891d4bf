import { resolve } from 'node:path'
import type { TestEvent } from 'node:test/reporters'

/** What `scripts/test.ts` judges a run by. */
export interface Tally {
  /** Tests that ran, suites and files not counted. */
  readonly ran: number
  /** "name: reason" of each test that was skipped or left as a to-do. */
  readonly skipped: readonly string[]
}

/** A reporter of node's test runner: writes one {@link Tally} as JSON when the run has ended. */
export default async function* testTally(events: AsyncIterable<TestEvent>): AsyncGenerator<string, void> {
  let ran = 0
  const skipped: string[] = []
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    if (data.details.type === 'suite' || resolve(data.name) === data.file) continue
    const { skip, todo } = data
    const reason = skip ?? todo
    if (reason === undefined || reason === false) ran += 1
    else skipped.push(`${data.name}: ${reason === true ? 'no reason given' : reason}`)
  }
  yield JSON.stringify({ ran, skipped } satisfies Tally)
}
