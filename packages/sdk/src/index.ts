export type {
  Alarm,
  AlarmTransition,
  Batch,
  BlockReport,
  Gap,
  Lane,
  LogEntry,
  MetricSet,
  NodeReport,
  Origin,
  SequenceRange,
  SessionEvent,
  Source,
  Telemetry,
  TelemetryRecord,
} from '@headwatch/protocol'
export {
  AlarmBook,
  alarmKeyText,
  closeRange,
  isClosed,
  maxRanges,
  openParts,
  rangeOf,
  sequenceAt,
  sourceText,
} from '@headwatch/protocol'
export { addressPrefix } from './address-prefix.ts'
export type { Action, Admission, AdmissionVerdict, Knock, Principal, RefusalReason } from './admission.ts'
export {
  concernsThisDataOnly,
  RejectedError,
  type RetryScope,
  RetryableError,
  retryAfterOf,
  type Verdict,
  verdictOf,
} from './errors.ts'
export type { FrontDoor, Socket, SocketListener, WebSocketRoute } from './front-door.ts'
export type { Clock, Host, Logger, Meter } from './host.ts'
export type { NetworkReader } from './network-reader.ts'
export {
  type Accept,
  type Collector,
  defineCollector,
  defineExporter,
  defineProcessor,
  defineReceiver,
  defineStore,
  type Emit,
  type Exporter,
  type ExportOutcome,
  type HostOf,
  type InstanceOf,
  type Kind,
  type Plugin,
  type Position,
  type Processor,
  type ProcessorHost,
  type Receiver,
  type ReceiverHost,
  type Stability,
} from './plugin.ts'
export type { Schema, SchemaIssue, SchemaResult } from './schema.ts'
export type {
  AppendOutcome,
  BlocksQuestion,
  LatestReading,
  LogsQuestion,
  NodeKey,
  Reception,
  Series,
  SeriesPoint,
  SeriesQuestion,
  Store,
  StoredBlock,
  StoredGap,
  StoreReader,
  TimeRange,
} from './store.ts'
export {
  checkAppend,
  checkLimit,
  checkLogsQuestion,
  checkRange,
  checkSeriesQuestion,
  storeLimits,
} from './store-limits.ts'
