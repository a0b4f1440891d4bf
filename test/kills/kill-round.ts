import { setTimeout as wait } from 'node:timers/promises'
import { complaintOf, type Judgement } from '../oracle/judgement.ts'
import { until } from '../peers/until.ts'
import { misbehave } from './mischief.ts'
import { type Program, rightClock, type WrongClock } from './program.ts'
import type { Chance } from './seeded.ts'
import type { Stage } from './stage.ts'

export interface RoundOptions {
  /** Kills in all; which of the programs each one meets is chance. */
  readonly kills: number
  readonly chance: Chance
  /** Everything acknowledged is in the store this long after the last kill, in milliseconds. */
  readonly settleMs: number
  /** No further kill after it aborts. */
  readonly signal?: AbortSignal
}

export interface RoundResult {
  readonly kills: number
  /** Of those, how many came before the program said that it works. */
  readonly early: number
  /** What went wrong between the programs, and how often. */
  readonly faults: Readonly<Record<string, number>>
  readonly judgements: readonly Judgement[]
  /** Sentences on what is not as promised; empty when all is well. */
  readonly complaints: readonly string[]
}

const dayMs = 86_400_000

/** A life goes on past the start of the program for this long at most, in milliseconds. */
const longestLifeMs = 1_200

/**
 * Kills server and agents at random, each on its own, while records flow and their connections misbehave. Then everyone
 * is left in peace, and every record issued is compared with every row stored.
 */
export async function killRound(stage: Stage, options: RoundOptions): Promise<RoundResult> {
  const { chance, settleMs } = options
  const budget = { kills: options.kills, early: 0 }
  let kills = options.kills
  options.signal?.addEventListener('abort', () => {
    kills -= budget.kills
    budget.kills = 0
  })
  const isOver = new AbortController()
  const mischief = stage.agents.map(({ proxy }) => misbehave(proxy, chance, isOver.signal))
  const programs = [stage.server, ...stage.agents.map(({ program }) => program)]
  await Promise.all(programs.map((program) => dieAgainAndAgain(program, chance, budget)))
  isOver.abort()
  const faults = summed(await Promise.all(mischief))
  await stage.startAll()
  const judgements = await settled(stage, settleMs)
  const complaints = judgements.flatMap(
    (judgement, index) => complaintOf(stage.agents[index]?.name ?? '', judgement) ?? [],
  )
  return { kills, early: budget.early, faults, judgements, complaints }
}

/** Waits until nobody has anything left to tell, and until what was kept is stored; gives how it stands, at the latest when time is over. */
export async function settled(stage: Stage, withinMs: number): Promise<readonly Judgement[]> {
  for (const { source } of stage.agents) source.pause()
  await until('every source has its answers', () => stage.agents.every(({ source }) => source.isAnswered))
  const judgements = () => stage.agents.map((agent) => stage.judgement(agent))
  const isWhole = async () => {
    await wait(200) // To look takes longer than to wait, and is paid for by those who are looked at.
    return judgements().every(({ lost }) => lost.length === 0)
  }
  await until('everything is stored', isWhole, withinMs).catch(() => undefined)
  for (const { source } of stage.agents) source.resume()
  return judgements()
}

async function dieAgainAndAgain(
  program: Program,
  chance: Chance,
  budget: { kills: number; early: number },
): Promise<void> {
  while (budget.kills > 0) {
    const process = program.isAlive ? program.process : program.start(clockOf(chance))
    let isReady = false
    process.ready.then(
      () => {
        isReady = true
      },
      () => undefined,
    )
    // One in five dies while it starts, the others a while after they work.
    const isEarly = chance.next() < 0.2
    if (!isEarly) await process.ready
    await wait(chance.between(0, isEarly ? 400 : longestLifeMs))
    if (budget.kills <= 0) return
    if (!process.isAlive) throw new Error(`a program ended by itself: ${process.lastLines.join('\n')}`)
    budget.kills--
    if (!isReady) budget.early++
    await process.kill()
  }
}

/** Mostly right; else wrong by a day from the start, or jumping by a day while the program runs. */
function clockOf(chance: Chance): WrongClock {
  const days = chance.oneOf([-dayMs, dayMs])
  const shifted = { shiftMs: days, jumpMs: 0, jumpAfterMs: 0 }
  const jumping = { shiftMs: 0, jumpMs: days, jumpAfterMs: chance.between(0, 2 * longestLifeMs) }
  return chance.oneOf([rightClock, rightClock, shifted, jumping])
}

function summed(counts: readonly ReadonlyMap<string, number>[]): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {}
  for (const [name, count] of counts.flatMap((each) => [...each])) sums[name] = (sums[name] ?? 0) + count
  return sums
}
