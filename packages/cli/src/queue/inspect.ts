import { type Inspection, inspectionText } from './inspection-text.ts'
import { jsonText } from './json-text.ts'

/** `headwatch queue inspect` */
export async function inspectQueues(folder: string, { json }: { readonly json?: true }): Promise<void> {
  const { findQueues } = await import('@headwatch/agent/queue-tools')
  const queues: Inspection[] = []
  for (const queue of await findQueues(folder)) queues.push(await inspection(queue))
  if (json) return console.log(jsonText(queues))
  console.log(queues.map((queue) => inspectionText(queue, Date.now())).join('\n\n'))
}

async function inspection(folder: string): Promise<Inspection> {
  const { inspectQueue, orphansToldOf } = await import('@headwatch/agent/queue-tools')
  const report = await atSomeMoment(() => inspectQueue(folder))
  const pipeline = report.sources.at(-1)?.source.stream ?? ''
  const orphans = await orphansToldOf(folder, pipeline)
  const destinations = report.destinations.map((known) => ({ ...known, isOrphan: orphans.has(known.destination) }))
  return { ...report, destinations }
}

/** A queue in use may remove a file that was just going to be read. */
async function atSomeMoment<T>(look: () => Promise<T>, attempts = 5): Promise<T> {
  try {
    return await look()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || attempts <= 1) throw error
    return atSomeMoment(look, attempts - 1)
  }
}
