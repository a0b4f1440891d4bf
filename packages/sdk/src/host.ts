import type { AgentId, NodeId, UnixMs } from '@headwatch/protocol'

/** One sentence, then fields. Never called per item; secrets and URLs with credentials never go in. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void
  info(message: string, fields?: Readonly<Record<string, unknown>>): void
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void
  error(message: string, fields?: Readonly<Record<string, unknown>>): void
}

/** The only clock a plugin uses, so that a test can hold it still. */
export interface Clock {
  /** Wall-clock time; may jump in either direction. */
  now(): UnixMs
  /** Milliseconds that never go back, from an arbitrary start. */
  monotonicMs(): number
  /** Resolves after `ms`, rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Counts what the plugin alone can see. Names in lower snake case ending in a unit or `_total`; labels few and bounded. */
export interface Meter {
  /** Adds to a counter. */
  count(name: string, by?: number, labels?: Readonly<Record<string, string>>): void
  /** Sets a gauge. */
  set(name: string, value: number, labels?: Readonly<Record<string, string>>): void
}

/** What the host lends every plugin. Nothing else is global: no `console`, no `Date.now`. */
export interface Host {
  readonly logger: Logger
  readonly clock: Clock
  readonly meter: Meter
  /** Whose telemetry this is unless an item says otherwise. */
  readonly self: { readonly agent: AgentId; readonly node: NodeId }
}
