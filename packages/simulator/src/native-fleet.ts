import type { TelemetryRecord } from '@headwatch/protocol'
import { due } from './due.ts'
import { NativeMember } from './native-member.ts'
import { nodeRecord, type PretendOrigin, roundOf } from './node-round.ts'
import { type PretendBlock, PretendChain } from './pretend-chain.ts'
import { seededRandom } from './seeded-random.ts'

export interface NativeFleetOptions {
  /** `ws://127.0.0.1:3000/agent` */
  readonly endpoint: string
  readonly agents: number
  readonly seed: number
  readonly chainId: number
  /** One round of every agent, and one block of the chain, takes this long. A round is four records. */
  readonly roundMs: number
  /** Rounds an agent gathers into one batch. */
  readonly roundsPerBatch: number
}

/** What the fleet did; records sent and not answered are lost, or on their way. */
export interface NativeFleetCounts {
  readonly sentRecords: number
  readonly sentBatches: number
  readonly unansweredRecords: number
  /** Asked for once more. */
  readonly repeatedRecords: number
  /** Never taken. */
  readonly droppedRecords: number
  readonly closedByServer: number
  /** Largest time a batch was sent after it was due, in milliseconds: the generator's own fault, not the server's. */
  readonly latenessMs: number
}

interface Seat {
  readonly member: NativeMember
  readonly origin: PretendOrigin
}

const maxConnecting = 50
const timestampS = 1_700_000_000

/**
 * Many Headwatch agents in one process, each watching a node of the same chain. Open loop: batches go when they are due,
 * spread evenly over the time, whatever the server does. Speaks the protocol and shares no code with the agent.
 */
export class NativeFleet {
  readonly #options: NativeFleetOptions
  readonly #chain: PretendChain
  readonly #random: () => number
  readonly #seats: Seat[] = []
  #sentBatches = 0
  #latenessMs = 0

  constructor(options: NativeFleetOptions) {
    this.#options = options
    this.#chain = new PretendChain(options.seed)
    this.#random = seededRandom(options.seed + 1)
  }

  get counts(): NativeFleetCounts {
    const members = this.#seats.map(({ member }) => member)
    const sum = (of: (member: NativeMember) => number) => members.reduce((total, member) => total + of(member), 0)
    return {
      sentRecords: sum(({ sentRecords }) => sentRecords),
      sentBatches: this.#sentBatches,
      unansweredRecords: sum(({ unansweredRecords }) => unansweredRecords),
      repeatedRecords: sum(({ repeatedRecords }) => repeatedRecords),
      droppedRecords: sum(({ droppedRecords }) => droppedRecords),
      closedByServer: members.filter(({ isLost }) => isLost).length,
      latenessMs: this.#latenessMs,
    }
  }

  /** Connects every agent and has it tell of its node; resolves when all are welcome, rejects with the first refusal. */
  async connect(): Promise<void> {
    const { agents, chainId } = this.#options
    const genesis = this.#chain.head.hash
    for (let from = 0; from < agents; from += maxConnecting) {
      const many = Math.min(maxConnecting, agents - from)
      const seats = Array.from({ length: many }, (_, index) => this.#seat(from + index, genesis))
      await Promise.all(seats.map(({ member }) => member.welcomed))
      for (const { member, origin } of seats) member.send([nodeRecord(origin, BigInt(chainId), genesis, Date.now())])
      this.#sentBatches += many
      this.#seats.push(...seats)
    }
  }

  /** Sends for `seconds`, once at least: every agent one batch in the time of its rounds. */
  async run(seconds: number): Promise<void> {
    const { roundMs, roundsPerBatch } = this.#options
    const batchMs = roundMs * roundsPerBatch
    const turns = Math.max(1, Math.round((seconds * 1_000) / batchMs))
    const startMs = performance.now()
    for (let turn = 0; turn < turns; turn++) {
      const blocks = this.#nextBlocks()
      for (const [index, seat] of this.#seats.entries()) {
        const dueMs = startMs + (turn + index / this.#seats.length) * batchMs
        await due(dueMs)
        this.#latenessMs = Math.max(this.#latenessMs, performance.now() - dueMs)
        seat.member.send(this.#rounds(seat, blocks))
        this.#sentBatches++
      }
    }
  }

  stop(): void {
    for (const { member } of this.#seats) member.leave()
  }

  #seat(index: number, genesis: string): Seat {
    const { endpoint, seed, chainId } = this.#options
    const agent = `native-${seed}-${index}`
    const network = `${chainId}-${genesis.slice(2, 10)}`
    return { member: new NativeMember(endpoint, agent, `e${seed}`), origin: { agent, node: agent, network } }
  }

  #nextBlocks(): readonly PretendBlock[] {
    const { roundsPerBatch } = this.#options
    return Array.from({ length: roundsPerBatch }, () =>
      this.#chain.seal(Math.max(timestampS, this.#chain.head.timestamp + 1)),
    )
  }

  #rounds({ origin }: Seat, blocks: readonly PretendBlock[]): TelemetryRecord[] {
    const { roundMs } = this.#options
    const now = Date.now()
    return blocks.flatMap((block, index) => {
      return roundOf(origin, block, now - (blocks.length - 1 - index) * roundMs, this.#random)
    })
  }
}
