import { jsonText } from './json-text.ts'
import { oneQueue } from './one-queue.ts'
import { countText } from './quantities.ts'

interface ForgetFlags {
  readonly destination: string
  readonly json?: true
}

/** `headwatch queue forget` */
export async function forgetInQueue(folder: string, { destination, json }: ForgetFlags): Promise<void> {
  const { forgetDestination } = await import('@headwatch/agent/queue-tools')
  const queue = await oneQueue(folder)
  const records = await forgetDestination(queue, destination)
  if (json) return console.log(jsonText({ folder: queue, destination, records }))
  console.log(`${countText(records, 'record')} that waited for "${destination}" will not be delivered to it.`)
}
