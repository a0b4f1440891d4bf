export { ethereumCollector } from './collector.ts'
