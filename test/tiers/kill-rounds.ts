import { until } from '../peers/until.ts'
import { type ProgramName, programs, type TwoTiers } from './two-tiers.ts'

/**
 * Kills one program, or two at once, at any moment, and starts them again; then lets the agent answer for a while, so that
 * every round has something to lose.
 */
export async function killAndRestart(
  tiers: TwoTiers,
  { rounds, chance }: { readonly rounds: number; readonly chance: () => number },
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const victims = victimsOf(round, chance)
    const before = tiers.source.issued.kept
    const more = 20 + Math.floor(chance() * 150)
    await until('the agent has answered for more', () => tiers.source.issued.kept >= before + more)
    await Promise.all(victims.map((name) => tiers.kill(name)))
    await Promise.all(victims.map((name) => tiers.start(name)))
  }
}

/** Each program in turn, and every third time another one with it. */
function victimsOf(round: number, chance: () => number): readonly ProgramName[] {
  const first = programs[(round + 1) % programs.length] ?? 'edge'
  const others = programs.filter((name) => name !== first)
  const second = round % 3 === 2 ? others[Math.floor(chance() * others.length)] : undefined
  return second === undefined ? [first] : [first, second]
}
