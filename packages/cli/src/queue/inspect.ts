import { inspectionText } from './inspection-text.ts'
import { jsonText } from './json-text.ts'

/** `headwatch queue inspect` */
export async function inspectQueues(folder: string, { json }: { readonly json?: true }): Promise<void> {
  const { findQueues, inspectQueue } = await import('@headwatch/agent/queue-tools')
  const queues = []
  for (const queue of await findQueues(folder)) queues.push(await inspectQueue(queue))
  if (json) return console.log(jsonText(queues))
  console.log(queues.map((queue) => inspectionText(queue, Date.now())).join('\n\n'))
}
