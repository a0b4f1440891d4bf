export { ConfigError, type ConfigProblem, problemText } from './config/config-problem.ts'
export type { Override } from './config/environment-overrides.ts'
export { PluginCatalog, type PluginSource } from './config/plugin-catalog.ts'
export { type ReadConfig, readConfig } from './config/read-config.ts'
export type { Lent } from './lent.ts'
export { loadPackage } from './loader/load-package.ts'
export { jsonLogger, type LogLevel } from './logger.ts'
export type { Instance, PipelinePlan, Plan } from './plan.ts'
export type { DiskQueue } from './queue/disk/disk-queue.ts'
export { type DiskQueueOptions, openDiskQueue } from './queue/disk/open-disk-queue.ts'
export { MemoryQueue, type MemoryQueueOptions } from './queue/memory-queue.ts'
export type {
  Orphan,
  PutResult,
  Queue,
  QueueHealth,
  QueueLimits,
  QueueReader,
  ReaderOptions,
  TakeLimits,
  Taken,
  WhenFull,
} from './queue/queue.ts'
export { queueFolders } from './queue/queue-folders.ts'
export type { DrainOutcome, RunningPipelines } from './running-pipelines.ts'
export { MetricRegistry } from './self-metrics/metric-registry.ts'
export { processProbe } from './self-metrics/process-probe.ts'
export { prometheusText } from './self-metrics/prometheus-text.ts'
export { type PipelineParts, startPipelines } from './start-pipelines.ts'
export { unlessAborted } from './supervision/unless-aborted.ts'
export { systemClock } from './system-clock.ts'
