import assert from 'node:assert/strict'
import { Fleet } from './fleet.ts'

/** What coming back looked like. */
export interface Stampede {
  readonly agents: number
  /** Most that were let in within one second. */
  readonly peakWelcomed: number
  /** Most that knocked within one second. */
  readonly peakDialled: number
  /** Virtual seconds until everybody was back. */
  readonly backAfterS: number
}

export interface StampedeOptions {
  readonly agents: number
  /** How the server goes: asking everybody to come back, or as if its machine had been switched off. */
  readonly departure: 'in_order' | 'at_once'
  readonly awayMs: number
  /** Of the receiver. */
  readonly acceptPerSecond: number
  readonly restartSpreadMs: number
}

/** Everybody is connected, the server goes and comes back, and so does everybody. */
export async function stampede(options: StampedeOptions): Promise<Stampede> {
  const { agents, departure, awayMs, acceptPerSecond, restartSpreadMs } = options
  const fleet = new Fleet({ agents, receiver: { acceptPerSecond, restartSpreadMs } })
  await fleet.startServer()
  await fleet.startAgents()
  await untilAllAreIn(fleet, agents)
  await fleet.stopServer(departure)
  await fleet.clock.advance(awayMs)
  assert.equal(fleet.isIn, 0, 'nobody is connected while the server is away')
  fleet.welcomed.clear()
  fleet.dialled.clear()
  await fleet.startServer()
  const backAfterS = await untilAllAreIn(fleet, agents)
  const peak = (bySecond: ReadonlyMap<number, number>) => Math.max(...bySecond.values())
  return { agents, peakWelcomed: peak(fleet.welcomed), peakDialled: peak(fleet.dialled), backAfterS }
}

/** Longest that anybody may stay away, in virtual seconds. */
const patienceS = 600

async function untilAllAreIn(fleet: Fleet, agents: number): Promise<number> {
  for (let second = 0; second < patienceS; second++) {
    if (fleet.isIn === agents) return second
    await fleet.clock.advance(1_000)
  }
  throw new Error(`${fleet.isIn} of ${agents} were back after ${patienceS} s`)
}
