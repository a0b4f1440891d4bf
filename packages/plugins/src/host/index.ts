export { hostCollector } from './collector.ts'
