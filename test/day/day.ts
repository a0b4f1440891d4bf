import type { FaultyProxy } from '../faults/faulty-proxy.ts'
import type { Anvil } from '../peers/anvil.ts'
import type { Agent } from './agent.ts'
import type { Footprints } from './footprint.ts'
import type { Ledger } from './ledger.ts'
import type { NumberedAgent } from './numbered-agent.ts'
import type { PretendClient } from './pretend-client.ts'
import type { Server } from './server.ts'
import type { SmallDisk } from './small-disk.ts'
import type { Viewer } from './viewer.ts'

/** Everyone who takes part in the day. Events exchange those who die and return. */
export interface Day {
  readonly startedAtMs: number
  /** Network of the agents, as the page and the API name it. */
  readonly network: string
  /** Network of the pretend client. */
  readonly pretendNetwork: string
  chain: Anvil
  /** Brings the chain up again, where it was and as it was. */
  readonly startChain: () => Promise<Anvil>
  readonly server: Server
  /** Its agent reads every block and lives all day. */
  readonly steady: NumberedAgent
  /** Its agent reads every block, is killed, is cut off, and runs out of disk. */
  readonly killed: NumberedAgent
  readonly killedProxy: FaultyProxy
  /** What it keeps its queue on. */
  readonly killedDisk: SmallDisk
  /** Its agent speaks ethstats, was started with flags alone, and what lies between it and the server is cut. */
  readonly remote: Agent
  readonly proxy: FaultyProxy
  readonly client: PretendClient
  readonly viewer: Viewer
  readonly ledger: Ledger
  readonly footprints: Footprints
  readonly say: (line: string) => void
}

/** One thing that happens in the day. It resolves when the product has dealt with it, and rejects when it did not. */
export interface DayEvent {
  /** A sentence: what happens and what the product makes of it. */
  readonly name: string
  happen(day: Day): Promise<void>
}

export function agentsOf({ steady, killed, remote }: Day): readonly Agent[] {
  return [steady, killed, remote]
}
