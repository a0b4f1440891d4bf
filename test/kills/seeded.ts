/** Fair enough chance, and the same for the same seed. */
export interface Chance {
  /** From 0 up to but without 1. */
  next(): number
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number
  oneOf<T>(choices: readonly [T, ...T[]]): T
}

/** Xorshift32. */
export function seeded(seed: number): Chance {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x85ebca6b) | 0 || 1
  const next = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return { next, between, oneOf: (choices) => choices[between(0, choices.length - 1)] ?? choices[0] }
}
