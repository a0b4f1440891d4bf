import { readCounter } from '../peers/read-counter.ts'

/** As much of a node as the day looks at. */
export interface ApiNode {
  readonly node: string
  readonly activity: string
  readonly silence?: { readonly cause: string; readonly confidence: string; readonly evidence: readonly string[] }
}

/** One slot of a reading's history. */
export interface ApiPoint {
  readonly last: number
  readonly count: number
}

/** Numbers that an agent declared as never coming. */
export interface ApiGap {
  readonly first: string
  readonly last: string
  readonly reason: string
}

/** The server's public API, as anybody may ask it. Every method throws while the server is away. */
export class ServerApi {
  readonly url: string

  constructor(url: string) {
    this.url = url
  }

  async nodes(network: string): Promise<readonly ApiNode[]> {
    return (await this.#json<{ items: ApiNode[] }>(`/api/v1/networks/${network}/nodes?limit=1000`)).items
  }

  /** The nodes, or none while the server or the network is not there. */
  nodesIfAny(network: string): Promise<readonly ApiNode[]> {
    return this.nodes(network).catch(() => [])
  }

  async blockHashes(network: string): Promise<readonly string[]> {
    const { items } = await this.#json<{ items: { block: { hash: string } }[] }>(
      `/api/v1/networks/${network}/blocks?limit=200`,
    )
    return items.map(({ block }) => block.hash)
  }

  async history(network: string, node: string, name: string, from: number, to: number): Promise<readonly ApiPoint[]> {
    const query = `names=${name}&from=${from}&to=${to}&points=2000`
    const path = `/api/v1/networks/${network}/nodes/${node}/history?${query}`
    return (await this.#json<{ series: { points: ApiPoint[] }[] }>(path)).series[0]?.points ?? []
  }

  async gaps(agent: string): Promise<readonly ApiGap[]> {
    return (await this.#json<{ items: ApiGap[] }>(`/api/v1/gaps?agent=${agent}&limit=1000`)).items
  }

  async readiness(): Promise<{ readonly ready: boolean; readonly problems: readonly string[] }> {
    return (await (await fetch(`${this.url}/readyz`)).json()) as { ready: boolean; problems: string[] }
  }

  async isAlive(): Promise<boolean> {
    return fetch(`${this.url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    )
  }

  counter(name: string): Promise<number> {
    return readCounter(`${this.url}/metrics`, name)
  }

  async #json<T>(path: string): Promise<T> {
    const reply = await fetch(this.url + path)
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`)
    return (await reply.json()) as T
  }
}
