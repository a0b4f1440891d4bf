import type { ClientKind } from './client-kind.ts'
import { gethKind } from './clients/geth.ts'
import type { PretendBlock } from './pretend-chain.ts'

const plainGeth = gethKind('geth', {
  node: 'Geth/v1.17.0-stable/linux-amd64/go1.24',
  stats: {},
  totalDifficulty: 'told',
})

/** Frames of one ethstats client, written as its kind writes them; geth's way unless said otherwise. */
export class PretendNode {
  readonly id: string
  readonly kind: ClientKind

  constructor(id: string, kind: ClientKind = plainGeth) {
    this.id = id
    this.kind = kind
  }

  hello(secret: string, networkId: number): string {
    return emit('hello', { id: this.id, info: this.kind.info(this.id, networkId), secret })
  }

  /** `atMs` is the time by the client's clock, in Unix milliseconds. */
  nodePing(atMs: number): string {
    return emit('node-ping', { clientTime: this.kind.clientTime(atMs), id: this.id })
  }

  latency(roundTripMs: number): string {
    return emit('latency', { id: this.id, latency: this.kind.latency(roundTripMs) })
  }

  /** `blockJson` is the block's text in the shape of the kind: thousands of nodes send the same one. */
  block(blockJson: string): string {
    return `{"emit":["block",{"block":${blockJson},"id":${JSON.stringify(this.id)}}]}`
  }

  /** The text that `block` takes. */
  blockJson(block: PretendBlock): string {
    return JSON.stringify(this.kind.block(block))
  }

  timing({ number, hash }: PretendBlock, processingNs: number): string {
    return emit('block_new_payload', { id: this.id, block: { number, hash, processingTime: processingNs } })
  }

  history(blocks: readonly PretendBlock[]): string {
    return emit('history', { history: blocks.map((block) => this.kind.block(block)), id: this.id })
  }

  pending(count: number): string {
    return emit('pending', { id: this.id, stats: { pending: count } })
  }

  stats(peers: number): string {
    return emit('stats', { id: this.id, stats: this.kind.stats(peers) })
  }
}

function emit(topic: string, payload: unknown): string {
  return JSON.stringify({ emit: [topic, payload] })
}
