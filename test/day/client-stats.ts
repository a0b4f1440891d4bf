import { until } from '../peers/until.ts'
import type { Day } from './day.ts'

/** How often each stats message of the old client is stored, by its number: it carries it as a reading, which the API gives back. */
export async function storedStats({ server, client, pretendNetwork, startedAtMs }: Day): Promise<Map<number, number>> {
  const points = await server.api.history(pretendNetwork, client.name, 'peers_count', startedAtMs, Date.now())
  const counts = new Map<number, number>()
  for (const { last, count } of points) counts.set(last, (counts.get(last) ?? 0) + count)
  return counts
}

/** Waits until all that the old client has told by now, and so all that came before it, is in the store. */
export async function isAllStored(day: Day): Promise<void> {
  const last = day.ledger.issued.findLast(({ kind, wasSent }) => kind === 'stats' && wasSent)
  if (last === undefined) throw new Error('the old client has told nothing yet')
  await until(`stats ${last.number} is stored`, async () => (await storedStats(day)).has(last.number), 60_000)
}
