export {
  findQueues,
  forgetDestination,
  type InspectedDestination,
  inspectQueue,
  type QueueFault,
  type QueueInspection,
  type QueueVerification,
  type ReplayFrom,
  replayDestination,
  replayRefused,
  verifyQueue,
} from '@headwatch/pipeline/queue-tools'
