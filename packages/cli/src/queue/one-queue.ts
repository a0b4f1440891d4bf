import { UsageError } from '../exit.ts'

/** The one queue that `folder` stands for. @throws {UsageError} it stands for several; {RejectedError} for none. */
export async function oneQueue(folder: string): Promise<string> {
  const { findQueues } = await import('@headwatch/agent/queue-tools')
  const [queue, ...others] = await findQueues(folder)
  if (queue === undefined || others.length > 0)
    throw new UsageError(`${folder} has several queues; name one of ${[queue, ...others].join(', ')}`)
  return queue
}
