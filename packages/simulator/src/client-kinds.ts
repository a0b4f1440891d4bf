import type { ClientKind } from './client-kind.ts'
import { besu } from './clients/besu.ts'
import { erigon, gethKinds } from './clients/geth.ts'
import { nethermind } from './clients/nethermind.ts'
import { originalAgent, poaAgent } from './clients/original-agent.ts'
import { reth } from './clients/reth.ts'

/** Every kind there is. */
export const clientKinds: readonly ClientKind[] = [
  ...gethKinds,
  erigon,
  nethermind,
  besu,
  reth,
  originalAgent,
  poaAgent,
]
