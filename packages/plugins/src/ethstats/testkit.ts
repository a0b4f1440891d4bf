export { type HeardEvent, type OriginalServer, originalServer } from './testkit/original-server.ts'
export { allFacts } from './testkit/told-facts.ts'
