import type { Host, Kind } from '@headwatch/sdk'
import type { PluginLocation } from '../load-package.ts'
import type { NowLine } from './call-now.ts'

/** What a worker is started with. Plain data and ports. */
export interface WorkerStart {
  readonly kind: Kind
  readonly location: PluginLocation
  /** As the operator wrote it; the worker checks it against the plugin's schema again. */
  readonly config: unknown
  readonly self: Host['self']
  /** The program asks and waits: processors. */
  readonly fromProgram: NowLine
  /** The worker asks and waits: admission. */
  readonly fromWorker: NowLine
  /** Whether the program lends the questions of a store. */
  readonly hasStore: boolean
}

/** What the program learns of an instance once it lives. */
export interface InstanceFacts {
  readonly inFlight: number | undefined
  readonly acknowledges: boolean | undefined
}

/** The questions of a store, all of them asynchronous. */
export const storeQuestions = ['storedRanges', 'gaps', 'series', 'latest', 'blocks', 'nodes', 'logs', 'alarms'] as const

/** What the meter of an instance was told since the last time, added up. */
export interface Measured {
  readonly kind: 'count' | 'set'
  readonly name: string
  readonly value: number
  readonly labels: Readonly<Record<string, string>>
}
