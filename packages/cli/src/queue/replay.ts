import type { ReplayFrom } from '@headwatch/agent/queue-tools'
import { UsageError } from '../exit.ts'
import { jsonText } from './json-text.ts'
import { oneQueue } from './one-queue.ts'
import { progress } from './progress.ts'
import { countText } from './quantities.ts'

interface ReplayFlags {
  readonly destination?: string
  readonly from?: string
  readonly since?: string
  readonly refused?: true
  readonly json?: true
}

/** `headwatch queue replay` */
export async function replayInQueue(folder: string, flags: ReplayFlags): Promise<void> {
  const { destination, refused, json } = flags
  const { replayDestination, replayRefused } = await import('@headwatch/agent/queue-tools')
  if (refused) {
    const queue = await oneQueue(folder)
    const told = progress('Giving records again')
    const records = await replayRefused(queue, destination, told.report)
    told.end()
    if (json) return console.log(jsonText({ folder: queue, destination, records }))
    return console.log(`${countText(records, 'refused record')} will be delivered once more after the next start.`)
  }
  const from = replayFrom(flags)
  if (destination === undefined) throw new UsageError('say who is to get the records again, with --destination')
  const queue = await oneQueue(folder)
  const { first, last } = await replayDestination(queue, destination, from)
  if (json) return console.log(jsonText({ folder: queue, destination, first, last }))
  console.log(`"${destination}" gets what is kept of the numbers ${first} to ${last} again after the next start.`)
}

function replayFrom({ from, since }: ReplayFlags): ReplayFrom {
  if (from !== undefined) {
    if (!/^\d{1,19}$/.test(from)) throw new UsageError(`--from: "${from}" is no number of a record`)
    return { number: BigInt(from) }
  }
  if (since === undefined) throw new UsageError('say which records, with --from NUMBER, --since TIME or --refused')
  const time = Date.parse(since)
  if (Number.isNaN(time)) throw new UsageError(`--since: "${since}" is no time; one is 2026-11-25T14:00Z`)
  return { since: time }
}
