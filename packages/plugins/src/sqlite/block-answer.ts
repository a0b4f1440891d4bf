import type { BlockHeader } from '@headwatch/protocol'
import type { BlocksQuestion, Reception, StoredBlock } from '@headwatch/sdk'
import type { PartitionReader } from './partition-reader.ts'
import { headerFrom } from './record-text.ts'

interface Found {
  /** From the oldest partition that has the block. */
  readonly block: BlockHeader
  readonly copies: readonly { readonly partition: PartitionReader; readonly id: number }[]
}

const int64Most = 2n ** 63n - 1n

/** Answers from partitions given oldest first. `check` throws when nobody waits for the answer any more. */
export function blocksAnswer(
  partitions: readonly PartitionReader[],
  question: BlocksQuestion,
  check: () => void,
): readonly StoredBlock[] {
  let found: readonly Found[] = []
  for (const partition of partitions.toReversed()) {
    check()
    const lowest = found.length < question.limit ? undefined : found.at(-1)?.block.number
    if (!mayHold(partition, question, lowest)) continue
    found = highest(found, blocksIn(partition, question), question.limit)
  }
  return found.map(({ block, copies }) => ({ block, receptions: receptionsOf(copies) }))
}

/** Whether the partition may have a block that is asked for and not below `lowest`. */
function mayHold({ extent }: PartitionReader, { network, below }: BlocksQuestion, lowest: bigint | undefined): boolean {
  if (extent === undefined) return true
  const heights = extent.blocks[JSON.stringify(network)]
  if (heights === undefined) return false
  const [low, high] = heights.map(BigInt)
  // A height beyond 64 bits is kept as the highest one.
  if (high === int64Most) return true
  const isBelow = below === undefined || low === undefined || low < below
  return isBelow && (lowest === undefined || high === undefined || high >= lowest)
}

function blocksIn(partition: PartitionReader, { network, below, limit }: BlocksQuestion): readonly Found[] {
  const most = below === undefined || below > int64Most ? int64Most : below
  const clause = below === undefined || below > int64Most ? '<=' : '<'
  const rows = partition
    .prepare(`SELECT id, header FROM block WHERE network = ? AND number ${clause} ? ORDER BY number DESC, hash LIMIT ?`)
    .all(JSON.stringify(network), most < -int64Most ? -int64Most : most, limit) as unknown as [number, string][]
  return rows
    .map(([id, header]) => ({ block: headerFrom(header), copies: [{ partition, id }] }))
    .filter(({ block }) => below === undefined || block.number < below)
}

/** Joins copies of a block; `older` comes from an older partition, so its headers were stored first. */
function highest(found: readonly Found[], older: readonly Found[], limit: number): readonly Found[] {
  const byHash = new Map(found.map((entry) => [entry.block.hash, entry]))
  for (const { block, copies } of older) {
    byHash.set(block.hash, { block, copies: [...(byHash.get(block.hash)?.copies ?? []), ...copies] })
  }
  return [...byHash.values()].sort(({ block: a }, { block: b }) => descending(a, b)).slice(0, limit)
}

function descending(a: BlockHeader, b: BlockHeader): number {
  if (a.number !== b.number) return a.number > b.number ? -1 : 1
  return a.hash < b.hash ? -1 : 1
}

function receptionsOf(copies: Found['copies']): readonly Reception[] {
  const earliest = new Map<string, number>()
  for (const { partition, id } of copies) {
    const origins = partition.origins()
    const rows = partition.prepare('SELECT origin, seen_at FROM reception WHERE block = ?')
    for (const [origin, seenAt] of rows.all(id) as unknown as [number, number][]) {
      const node = origins.get(origin)?.node
      if (node === undefined) continue
      earliest.set(node, Math.min(seenAt, earliest.get(node) ?? seenAt))
    }
  }
  return [...earliest]
    .map(([node, seenAt]) => ({ node, seenAt }))
    .sort((a, b) => a.seenAt - b.seenAt || (a.node < b.node ? -1 : 1))
}
