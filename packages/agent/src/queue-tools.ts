export {
  type DestinationReport,
  type Finding,
  findQueues,
  forgetDestination,
  inspectQueue,
  orphansToldOf,
  type QueueReport,
  replayRefused,
  type SetBackTo,
  setBack,
  type Verification,
  verifyQueue,
} from '@headwatch/pipeline/queue-tools'
