export {
  blockFrame,
  helloFrame,
  historyFrame,
  latencyFrame,
  nodePingFrame,
  pendingFrame,
  primusPong,
  statsFrame,
  timingFrame,
} from './agent-frames.ts'
export { AgentReader } from './agent-reader.ts'
export { readBlock } from './block.ts'
export type { Dialect } from './dialect.ts'
export type { AgentFrame, ClientTime, HistoryWish, MalformedReason, ServerFrame, TelemetryTopic } from './frame.ts'
export type { Hello, HelloFacts } from './hello.ts'
export { type EthstatsLimits, ethstatsLimits } from './limits.ts'
export {
  closeFrame,
  historyRequestBlocks,
  historyRequestFrame,
  nodePongFrame,
  primusPing,
  readServerFrame,
  readyFrame,
} from './server-frames.ts'
export { type Readings, statsReadings } from './stats.ts'
