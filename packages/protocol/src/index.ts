export {
  type Alarm,
  type AlarmChange,
  type AlarmKey,
  type AlarmSeverity,
  type AlarmTransition,
  alarmKeyText,
} from './alarm.ts'
export { AlarmBook } from './alarm-book.ts'
export { AlarmSteps, type AlarmWords } from './alarm-steps.ts'
export { type Batch, type Lane, rangeOf, sequenceAt } from './batch.ts'
export {
  type DropCounts,
  type Handover,
  type HandoverAck,
  type HandoverSink,
  type Returned,
  recordsIn,
} from './handover.ts'
export type { AgentId, ClockOffset, Hex, NetworkId, NodeId, Origin, UnixMs } from './item.ts'
export type {
  BlockDelay,
  ListedNode,
  NetworkChange,
  NetworkSummary,
  NodeActivity,
  NodeHead,
  NodeState,
  PastSilence,
  PropagationBucket,
  SeenBlock,
  SilenceCause,
  SilenceVerdict,
} from './network.ts'
export { networkIdOf } from './network-id.ts'
export { closeRange, isClosed, maxRanges, openParts } from './sequence-ranges.ts'
export { silenceRepair } from './silence-repair.ts'
export { type Gap, type GapReason, type SequenceRange, type Source, sourceText } from './source.ts'
export type {
  BlockHeader,
  BlockOccasion,
  BlockReport,
  BlockTiming,
  GapMark,
  Location,
  LocationLevel,
  LogEntry,
  LogSeverity,
  MetricSet,
  MetricValue,
  NodeReport,
  RecordIdentity,
  SessionChange,
  SessionEvent,
  Telemetry,
  TelemetryRecord,
} from './telemetry.ts'
export { reading } from './well-known-readings.ts'
