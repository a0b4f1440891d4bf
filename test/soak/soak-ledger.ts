import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/** One run, as a line of `bench/soak.jsonl`. */
export interface SoakEntry extends SoakTally {
  /** When it ended, ISO 8601. */
  readonly date: string
  readonly commit: string
  /** Whether the tree was as committed. */
  readonly clean: boolean
  readonly minutes: number
  readonly seed: number
  /** Rounds of this seed, the first counted as 1. */
  readonly firstRound: number
  readonly lastRound: number
  /** What a person found out about it afterwards. */
  readonly note?: string
}

/** What is counted over all rounds of a run. */
export interface SoakTally {
  readonly kills: number
  /** Of those, before the program said that it works. */
  readonly early: number
  /** Records that agents answered for. */
  readonly records: number
  readonly lost: number
  readonly duplicated: number
  readonly corrupt: number
  readonly disordered: number
}

export const ledgerFile = 'bench/soak.jsonl'

const nothing: SoakTally = { kills: 0, early: 0, records: 0, lost: 0, duplicated: 0, corrupt: 0, disordered: 0 }

export function readLedger(): readonly SoakEntry[] {
  if (!existsSync(ledgerFile)) return []
  const lines = readFileSync(ledgerFile, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as SoakEntry)
}

export function appendToLedger(entry: SoakEntry): void {
  appendFileSync(ledgerFile, `${JSON.stringify(entry)}\n`)
}

export function sumOf(tallies: readonly SoakTally[]): SoakTally {
  return tallies.reduce<SoakTally>(
    (sum, each) => ({
      kills: sum.kills + each.kills,
      early: sum.early + each.early,
      records: sum.records + each.records,
      lost: sum.lost + each.lost,
      duplicated: sum.duplicated + each.duplicated,
      corrupt: sum.corrupt + each.corrupt,
      disordered: sum.disordered + each.disordered,
    }),
    nothing,
  )
}

export function isWell({ lost, duplicated, corrupt, disordered }: SoakTally): boolean {
  return lost + duplicated + corrupt + disordered === 0
}
