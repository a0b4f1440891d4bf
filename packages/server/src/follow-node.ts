import type { NodeId, NodeState } from '@headwatch/protocol'
import type { NetworkReader } from '@headwatch/sdk'

/** What changed about a node that somebody at a terminal waits for. */
export interface NodeNews {
  readonly answers: boolean
  readonly client?: string
  readonly network?: string
}

/** Tells once how a node stands as soon as that is known, and again whenever it begins or ceases to answer. */
export function followNode(
  reader: NetworkReader,
  node: NodeId,
  onNews: (news: NodeNews) => void,
  signal: AbortSignal,
): void {
  let told: boolean | undefined
  reader.follow((change) => {
    if (change.kind !== 'node' || change.node.node !== node) return
    const news = newsOf(change.node)
    if (news === undefined || news.answers === told) return
    told = news.answers
    onNews(news)
  }, signal)
}

function newsOf({ activity, client, network, silence }: NodeState): NodeNews | undefined {
  if (activity === 'silent') return silence?.cause === 'node' ? { answers: false } : undefined
  return client === undefined ? undefined : { answers: true, client, network }
}
