import type { PretendBlock } from './pretend-chain.ts'

/** How one kind of client writes what it tells (protocol reference, sections 1.3 to 1.12). */
export interface ClientKind {
  readonly name: string
  /** `info` in its hello. It offers no old blocks: a pretend chain keeps none. */
  info(id: string, networkId: number): Readonly<Record<string, unknown>>
  block(block: PretendBlock): Readonly<Record<string, unknown>>
  /** `stats` of a node that is in sync. */
  stats(peers: number): Readonly<Record<string, unknown>>
  /** What `node-ping` carries; `atMs` is Unix time. */
  clientTime(atMs: number): string | number
  /** What `latency` carries after a round trip of so long. */
  latency(roundTripMs: number): string | number
  /** What it answers to a ping of the server; undefined where it does not understand one. */
  pong(time: string, nowMs: number): string | undefined
  /** Whether it tells how long the engine took for a block. */
  readonly tellsTiming: boolean
}

/** The time as Go prints it. */
export function goTime(atMs: number): string {
  return `${new Date(atMs).toISOString().replace('T', ' ').replace('Z', '')} +0000 UTC m=+12.345678901`
}

/** Whole milliseconds, half of the round trip, as text. */
export const halfAsText = (roundTripMs: number): string => String(Math.floor(roundTripMs / 2))

/** The server's ping, as a pong. */
export const echoedPong = (time: string): string => `"primus::pong::${time}"`
