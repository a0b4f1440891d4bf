export { type HeardEvent, type OriginalServer, originalServer } from './testkit/original-server.ts'
