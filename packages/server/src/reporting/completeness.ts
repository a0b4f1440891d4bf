import type { NetworkId, UnixMs } from '@headwatch/protocol'
import type { Completeness } from '@headwatch/protocol/reporting'
import type { NetworkReader } from '@headwatch/sdk'

/** How much of a network, or of all of them, is behind an answer given at `now`. */
export function completenessOf(
  reader: NetworkReader,
  { dropped, missing }: Pick<Completeness, 'dropped' | 'missing'>,
  now: UnixMs,
  network?: NetworkId,
): Completeness {
  const networks = network === undefined ? reader.networks().map((summary) => summary.network) : [network]
  let known = 0
  let reported = 0
  let oldest = now
  for (const id of networks) {
    for (const node of reader.list(id)) {
      known++
      if (node.activity === 'silent') continue
      reported++
      oldest = Math.min(oldest, node.lastSeenAt)
    }
  }
  return { reported, known, oldestMs: Math.max(0, now - oldest), dropped, missing }
}
