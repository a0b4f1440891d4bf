/**
 * What is known of a number: the agent answered for it (`kept`), or no answer came and it may or may not have it
 * (`unanswered`). Those that were never sent are not issued.
 */
export type Fate = 'kept' | 'unanswered'

/** Numbers 1, 2, 3, … of one source, as they were issued. No number is ever issued twice. */
export class IssuedNumbers {
  readonly source: string
  readonly #fates: Fate[] = []
  readonly #lives: number[] = []

  constructor(source: string) {
    this.source = source
  }

  get count(): number {
    return this.#fates.length
  }

  get kept(): number {
    return this.#fates.reduce((sum, fate) => sum + (fate === 'kept' ? 1 : 0), 0)
  }

  /** The next `count` numbers, given to the agent in this of its lives. They are unanswered. */
  issue(count: number, life = 1): readonly number[] {
    return Array.from({ length: count }, () => {
      this.#lives.push(life)
      return this.#fates.push('unanswered')
    })
  }

  keep(numbers: readonly number[]): void {
    for (const number of numbers) this.#fates[number - 1] = 'kept'
  }

  /** Undefined for what was never issued. */
  lifeOf(number: number): number | undefined {
    return this.#lives[number - 1]
  }

  fateOf(number: number): Fate | undefined {
    return this.#fates[number - 1]
  }
}
