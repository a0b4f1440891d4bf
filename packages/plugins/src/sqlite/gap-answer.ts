import type { GapReason } from '@headwatch/protocol'
import type { StoredGap } from '@headwatch/sdk'
import type { PartitionReader } from './partition-reader.ts'

type GapRow = readonly [source: bigint, first: bigint, last: bigint, reason: GapReason, storedAt: bigint]

/** Answers from partitions given oldest first. `check` throws when nobody waits for the answer any more. */
export function gapsAnswer(
  partitions: readonly PartitionReader[],
  { agent, limit }: { readonly agent?: string; readonly limit: number },
  check: () => void,
): readonly StoredGap[] {
  const gaps: StoredGap[] = []
  for (const partition of partitions.toReversed()) {
    check()
    if (gaps.length >= limit) break
    if (partition.extent?.gaps !== 0) gaps.push(...gapsIn(partition, agent))
  }
  return gaps.slice(0, limit)
}

function gapsIn(partition: PartitionReader, agent: string | undefined): readonly StoredGap[] {
  const sources = partition.sources()
  const statement = partition.prepare('SELECT source, first, last, reason, stored_at FROM gap ORDER BY id DESC')
  statement.setReadBigInts(true)
  return (statement.all() as unknown as GapRow[]).flatMap(([id, first, last, reason, storedAt]) => {
    const source = sources.get(Number(id))
    if (source === undefined || (agent !== undefined && source.agent !== agent)) return []
    return [{ source, first, last, reason, storedAt: Number(storedAt) }]
  })
}
