/** Numbers one behind the other, and beside them what is no number. What a mark means stands at `PackedCommit`. */
export class NumberTape {
  #numbers = new Float64Array(4_096)
  #length = 0
  readonly #others: unknown[] = []

  /** A number that is known to be small and whole. */
  count(value: number): void {
    if (this.#length === this.#numbers.length) this.#grow()
    this.#numbers[this.#length++] = value
  }

  /** Anything at all. */
  value(value: unknown): void {
    if (typeof value === 'number' && Number.isFinite(value)) return this.count(value)
    if (typeof value === 'bigint' && value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER) {
      this.count(Number.POSITIVE_INFINITY)
      return this.count(Number(value))
    }
    this.count(Number.NaN)
    this.other(value)
  }

  /** Something that the reader knows to come. */
  other(value: unknown): void {
    this.#others.push(value)
  }

  /** What was put on it; nothing may be put on it afterwards. */
  end(): { readonly numbers: Float64Array<ArrayBuffer>; readonly others: readonly unknown[] } {
    return { numbers: this.#numbers.subarray(0, this.#length), others: this.#others }
  }

  #grow(): void {
    const larger = new Float64Array(this.#numbers.length * 2)
    larger.set(this.#numbers)
    this.#numbers = larger
  }
}

/** Reads a tape from front to back. */
export class TapeReader {
  readonly #numbers: Float64Array
  readonly #others: readonly unknown[]
  #at = 0
  #otherAt = 0

  constructor(numbers: Float64Array, others: readonly unknown[]) {
    this.#numbers = numbers
    this.#others = others
  }

  count(): number {
    return this.#numbers[this.#at++] ?? 0
  }

  value(): unknown {
    const number = this.count()
    if (Number.isFinite(number)) return number
    return number === Number.POSITIVE_INFINITY ? BigInt(this.count()) : this.other()
  }

  other(): unknown {
    return this.#others[this.#otherAt++]
  }
}
