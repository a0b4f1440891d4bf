/** Milliseconds since the Unix epoch, UTC, by the clock of whoever filled it in. */
export type UnixMs = number

/** `0x` and lower-case hexadecimal digits. A block hash has 64 of them. */
export type Hex = `0x${string}`

/** A node's name as its operator gave it. Unique within a network; a text from outside, never trusted as markup. */
export type NodeId = string

/** An agent's name. It belongs to the token that first said hello with it. */
export type AgentId = string

/** A network's key; see `networkIdOf` for how one is made. */
export type NetworkId = string

/** Whom an item is about and who says so. */
export interface Origin {
  readonly agent: AgentId
  readonly node: NodeId
  /** Absent until somebody knows it: what is not known is never guessed. */
  readonly network?: NetworkId
  /** The server that passed it on, as its connection proved it. Set by who received it and never sent. */
  readonly via?: AgentId
}

/** How far a clock is from the server's: server time = local time + `offsetMs`, give or take `errorMs`. */
export interface ClockOffset {
  readonly offsetMs: number
  /** Half the round trip of the exchange that measured it; never negative. */
  readonly errorMs: number
}

/** What every item may carry. A plugin leaves out what it does not know; the pipeline fills in `origin` and `at`. */
export interface Item {
  readonly origin?: Partial<Origin>
  /** When it was true, by the agent's clock. */
  readonly at?: UnixMs
  readonly clock?: ClockOffset
}
