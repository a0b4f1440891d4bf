import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installProgram } from '../day/installed-program.ts'
import { killRound, type RoundResult } from '../kills/kill-round.ts'
import { seeded } from '../kills/seeded.ts'
import { withStage } from '../kills/with-stage.ts'
import { appendToLedger, isWell, readLedger, type SoakEntry, type SoakTally, sumOf } from './soak-ledger.ts'

export interface SoakOptions {
  readonly minutes: number
  readonly seed: number
  readonly agents: number
  /** A round begins with empty folders and ends with everything compared. */
  readonly killsInRound: number
  readonly commit: string
  readonly clean: boolean
  /** Ends the round that runs, and then the run. */
  readonly signal: AbortSignal
  readonly say: (line: string) => void
}

/** How far a run had come: what is not in the ledger yet. */
interface Progress {
  readonly firstRound: number
  readonly lastRound: number
  readonly seconds: number
  readonly tally: SoakTally
}

const settleMs = 120_000

/** Runs rounds until the time is over or something is not as promised, and writes the ledger's line. */
export async function runSoak(options: SoakOptions): Promise<SoakEntry> {
  const { minutes, seed, commit, clean, signal, say } = options
  const progressFile = join(tmpdir(), `headwatch-soak-${commit}-${seed}.json`)
  const programFolder = mkdtempSync(join(tmpdir(), 'headwatch-soak-'))
  const startedAt = performance.now()
  let progress = startOf(options, progressFile)
  const before = progress.seconds
  const secondsSoFar = () => before + (performance.now() - startedAt) / 1_000
  try {
    const program = installProgram(programFolder)
    while (secondsSoFar() < minutes * 60 && !signal.aborted && isWell(progress.tally)) {
      const round = progress.lastRound + 1
      const result = await runRound(options, program, round)
      const tally = sumOf([progress.tally, tallyOf(result)])
      progress = { ...progress, lastRound: round, seconds: secondsSoFar(), tally }
      writeFileSync(progressFile, JSON.stringify(progress))
      say(
        `${Math.round(progress.seconds)} s, round ${round}: ${JSON.stringify(tally)} ${JSON.stringify(result.faults)}`,
      )
      for (const complaint of result.complaints) say(complaint)
    }
  } finally {
    rmSync(programFolder, { recursive: true, force: true })
  }
  const { firstRound, lastRound, seconds, tally } = progress
  const spent = Math.round(seconds / 6) / 10
  const entry = { date: new Date().toISOString(), commit, clean, minutes: spent, seed, firstRound, lastRound, ...tally }
  appendToLedger(entry)
  rmSync(progressFile, { force: true })
  say(JSON.stringify(entry))
  return entry
}

/** Where to go on: after what an abrupt end left, or after what the ledger has. */
function startOf({ seed, commit, say }: SoakOptions, progressFile: string): Progress {
  if (existsSync(progressFile)) {
    const left = JSON.parse(readFileSync(progressFile, 'utf8')) as Progress
    say(`goes on after round ${left.lastRound}, where it was ended`)
    return left
  }
  const done = readLedger().filter((entry) => entry.seed === seed && entry.commit === commit)
  const lastRound = Math.max(0, ...done.map((entry) => entry.lastRound))
  return { firstRound: lastRound + 1, lastRound, seconds: 0, tally: sumOf([]) }
}

function runRound(options: SoakOptions, program: string, round: number): Promise<RoundResult> {
  const { seed, agents, killsInRound, signal } = options
  const chance = seeded(seed * 1_000_003 + round)
  return withStage({ program, agents, chance }, async (stage, folder) => {
    const result = await killRound(stage, { kills: killsInRound, chance, settleMs, signal })
    if (result.complaints.length > 0) {
      const kept = join(tmpdir(), `headwatch-soak-failed-${seed}-${round}`)
      cpSync(folder, kept, { recursive: true })
      options.say(`what they left behind: ${kept}`)
    }
    return result
  })
}

function tallyOf({ kills, early, judgements }: RoundResult): SoakTally {
  const sum = (count: (judgement: RoundResult['judgements'][number]) => number) =>
    judgements.reduce((total, judgement) => total + count(judgement), 0)
  return {
    kills,
    early,
    records: sum(({ kept }) => kept),
    lost: sum(({ lost, declared }) => lost.length + declared.length),
    duplicated: sum(({ duplicated }) => duplicated.length),
    corrupt: sum(({ corrupt }) => corrupt.length),
    disordered: sum(({ disordered }) => disordered.length),
  }
}
