export { checkQueue, type MakeQueue, type QueueWanted } from './queue/queue-checker.ts'
