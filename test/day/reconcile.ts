import type { Ledger } from './ledger.ts'

/** Something that was to be stored once. */
export interface Expected {
  readonly what: string
  readonly atMs: number
  /** How often it is stored. */
  readonly stored: number
}

export interface Account {
  /** Whose records, for the sentence. */
  readonly of: string
  /** The node whose excuses count; those of nobody in particular always do. */
  readonly node: string | undefined
  readonly expected: readonly Expected[]
}

/** Balances one account: the sentence on it, and what cannot be excused. */
export function reconcile(ledger: Ledger, { of, node, expected }: Account): { sentence: string; faults: string[] } {
  const lost = new Map<string, number>()
  const faults: string[] = []
  for (const { what, atMs, stored } of expected) {
    if (stored === 1) continue
    const excuse = stored === 0 ? ledger.excuse(node, atMs) : undefined
    if (excuse === undefined) faults.push(`${of}: ${what} is stored ${stored} times and nothing excuses it`)
    else lost.set(excuse, (lost.get(excuse) ?? 0) + 1)
  }
  const total = [...lost.values()].reduce((sum, count) => sum + count, 0)
  const why = [...lost].map(([reason, count]) => `${count} while ${reason}`).join('; ')
  const sentence = `${of}: ${expected.length} issued, ${expected.length - total - faults.length} stored exactly once, lost ${total} records${why === '' ? '' : `: ${why}`}`
  return { sentence, faults }
}
