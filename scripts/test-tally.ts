import { resolve } from 'node:path'
import type { TestEvent } from 'node:test/reporters'

/** What `scripts/test.ts` judges a run by. */
export interface Tally {
  /** Tests that ran, suites and files not counted. */
  readonly ran: number
  /** "name: reason" of each test, or suite as a whole, that was skipped or left as a to-do. */
  readonly skipped: readonly string[]
}

type Outcome = Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>

/** A reporter of node's test runner: writes one {@link Tally} as JSON when the run has ended. */
// biome-ignore lint/style/noDefaultExport: node's test runner takes a reporter from the default export
export default async function* testTally(events: AsyncIterable<TestEvent>): AsyncGenerator<string, void> {
  let ran = 0
  const skipped: string[] = []
  for await (const event of events) {
    if (!isOutcome(event)) continue
    const reason = whyNotRun(event)
    // Of the tests in a suite that is skipped nothing is heard.
    if (reason !== undefined) skipped.push(`${event.data.name}: ${reason}`)
    else if (!isContainer(event)) ran += 1
  }
  yield JSON.stringify({ ran, skipped } satisfies Tally)
}

function isOutcome(event: TestEvent): event is Outcome {
  return event.type === 'test:pass' || event.type === 'test:fail'
}

/** A file in which no test ran is reported as if it were a test itself. */
function isContainer({ data }: Outcome): boolean {
  return data.details.type === 'suite' || resolve(data.name) === data.file
}

function whyNotRun({ data: { skip, todo } }: Outcome): string | undefined {
  const reason = skip ?? todo
  if (reason === undefined || reason === false) return undefined
  return typeof reason === 'string' ? reason : 'no reason given'
}
