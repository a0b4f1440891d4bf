import type { UnixMs } from '@headwatch/protocol'

/** Width of a bucket of the propagation histogram. */
export const bucketMs = 50
/** The last one is open: from 4,950 ms up. */
export const bucketCount = 100

const untimed = -2_147_483_648
const absent = untimed + 1
const sparseUpTo = 16

/**
 * Which nodes have one block, and since when. Nodes are small numbers that their network gives out.
 *
 * A map while few have it, so that a liar's block costs little, then four bytes for each node of the network.
 */
export class Receptions {
  #sparse: Map<number, number> | undefined = new Map()
  #dense: Int32Array | undefined
  #baseAt: UnixMs | undefined
  #firstAt = Number.POSITIVE_INFINITY
  #count = 0
  #timedCount = 0
  #buckets: Uint32Array | undefined

  /** How many nodes have it. */
  get count(): number {
    return this.#count
  }

  /** How many of them said when they took it. */
  get timedCount(): number {
    return this.#timedCount
  }

  /** Adds a node, or an earlier time of one that is there. `seenAt` is absent where the report tells nothing about when. */
  add(index: number, seenAt?: UnixMs): void {
    const before = this.#get(index)
    if (before === absent) this.#count += 1
    if (seenAt === undefined) {
      if (before === absent) this.#set(index, untimed)
      return
    }
    this.#baseAt ??= seenAt
    const offset = Math.max(absent + 1, Math.min(2_147_483_647, Math.round(seenAt - this.#baseAt)))
    if (before !== absent && before !== untimed && before <= offset) return
    if (before === absent || before === untimed) this.#timedCount += 1
    this.#set(index, offset)
    this.#firstAt = Math.min(this.#firstAt, this.#baseAt + offset)
    this.#buckets = undefined
  }

  /** Milliseconds after the first sighting, never negative; `untimed` or undefined where the node has it not. */
  delayOf(index: number): number | 'untimed' | undefined {
    const offset = this.#get(index)
    if (offset === absent) return undefined
    return offset === untimed || this.#baseAt === undefined ? 'untimed' : this.#baseAt + offset - this.#firstAt
  }

  /** The node's place is given to another: it must not inherit this. What was counted stays counted. */
  forget(index: number): void {
    this.#sparse?.delete(index)
    if (this.#dense !== undefined && index < this.#dense.length) this.#dense[index] = absent
    this.#buckets = undefined
  }

  /** Delays by bucket, without the first sighting itself, which says nothing about propagation. Not to be changed. */
  buckets(): Uint32Array {
    this.#buckets ??= this.#countBuckets()
    return this.#buckets
  }

  #countBuckets(): Uint32Array {
    const buckets = new Uint32Array(bucketCount)
    if (this.#baseAt === undefined) return buckets
    const shift = this.#baseAt - this.#firstAt
    let firsts = 1
    for (const offset of this.#dense ?? this.#sparse?.values() ?? []) {
      if (offset <= absent) continue
      const delay = offset + shift
      if (delay <= 0 && firsts-- > 0) continue
      const bucket = Math.min(bucketCount - 1, Math.floor(delay / bucketMs))
      buckets[bucket] = (buckets[bucket] ?? 0) + 1
    }
    return buckets
  }

  #get(index: number): number {
    return this.#dense === undefined ? (this.#sparse?.get(index) ?? absent) : (this.#dense[index] ?? absent)
  }

  #set(index: number, offset: number): void {
    if (this.#sparse !== undefined) {
      this.#sparse.set(index, offset)
      if (this.#sparse.size <= sparseUpTo) return
      const entries = this.#sparse
      this.#sparse = undefined
      this.#dense = new Int32Array(64).fill(absent)
      for (const [key, value] of entries) this.#setDense(key, value)
      return
    }
    this.#setDense(index, offset)
  }

  #setDense(index: number, offset: number): void {
    let dense = this.#dense ?? new Int32Array(64).fill(absent)
    if (index >= dense.length) {
      const grown = new Int32Array(Math.max(index + 1, dense.length * 2)).fill(absent)
      grown.set(dense)
      dense = grown
    }
    dense[index] = offset
    this.#dense = dense
  }
}
