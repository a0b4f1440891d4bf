import type { PretendBlock } from './pretend-chain.ts'

/** Frames of one ethstats client in geth's shape (protocol reference, sections 1.3 to 1.12). */
export class PretendNode {
  readonly id: string

  constructor(id: string) {
    this.id = id
  }

  hello(secret: string, networkId: number): string {
    const info = {
      name: this.id,
      node: 'Geth/v1.13.15-stable/linux-amd64/go1.21',
      port: 30303,
      net: String(networkId),
      protocol: 'eth/68, snap/1',
      api: 'No',
      os: 'linux',
      os_v: 'amd64',
      client: '0.1.1',
      canUpdateHistory: false,
    }
    return emit('hello', { id: this.id, info, secret })
  }

  nodePing(clientTime: string): string {
    return emit('node-ping', { clientTime, id: this.id })
  }

  latency(ms: number): string {
    return emit('latency', { id: this.id, latency: String(ms) })
  }

  /** `blockJson` is the block's text: thousands of nodes send the same one. */
  block(blockJson: string): string {
    return `{"emit":["block",{"block":${blockJson},"id":${JSON.stringify(this.id)}}]}`
  }

  history(blocks: readonly PretendBlock[]): string {
    return emit('history', { history: blocks, id: this.id })
  }

  pending(count: number): string {
    return emit('pending', { id: this.id, stats: { pending: count } })
  }

  stats(peers: number): string {
    const stats = { active: true, syncing: false, peers, gasPrice: 1_250_000_000, uptime: 100 }
    return emit('stats', { id: this.id, stats })
  }
}

function emit(topic: string, payload: unknown): string {
  return JSON.stringify({ emit: [topic, payload] })
}
