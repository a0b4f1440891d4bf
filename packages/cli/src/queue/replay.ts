import type { SetBackTo } from '@headwatch/agent/queue-tools'
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
  const { replayRefused, setBack } = await import('@headwatch/agent/queue-tools')
  if (refused) {
    const queue = await oneQueue(folder)
    const told = progress('Giving records again')
    const records = await replayRefused(queue, destination, told.report)
    told.end()
    if (json) return console.log(jsonText({ folder: queue, destination, records }))
    return console.log(`${countText(records, 'refused record')} will be delivered once more after the next start.`)
  }
  const to = setBackTo(flags)
  if (destination === undefined) throw new UsageError('say who is to get the records again, with --destination')
  const queue = await oneQueue(folder)
  const records = await setBack(queue, destination, to)
  if (json) return console.log(jsonText({ folder: queue, destination, records }))
  console.log(`${countText(records, 'record')} will be delivered to "${destination}" after the next start.`)
}

function setBackTo({ from, since }: ReplayFlags): SetBackTo {
  if (from !== undefined) {
    if (!/^\d{1,19}$/.test(from)) throw new UsageError(`--from: "${from}" is no number of a record`)
    return { from: BigInt(from) }
  }
  if (since === undefined) throw new UsageError('say which records, with --from NUMBER, --since TIME or --refused')
  const time = Date.parse(since)
  if (Number.isNaN(time)) throw new UsageError(`--since: "${since}" is no time; one is 2026-11-25T14:00Z`)
  return { since: time }
}
