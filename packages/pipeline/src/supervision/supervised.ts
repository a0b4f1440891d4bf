import type { Clock, Logger, Meter } from '@headwatch/sdk'
import { backOffMs } from '../delivery/back-off.ts'
import { endsSoon } from './with-deadline.ts'

export interface SupervisionParts {
  readonly clock: Clock
  readonly logger: Logger
  readonly meter: Meter
}

const firstRestartMs = 500
const maxRestartMs = 60_000

/** A plugin instance that is made anew, with back-off, after a fault. Others never notice. */
export class Supervised<T extends Partial<AsyncDisposable> | object> {
  readonly name: string
  readonly #create: () => T
  readonly #parts: SupervisionParts
  #instance: T | undefined
  #faultsInRow = 0
  #restartAtMs = 0
  #hasStumbled = false

  constructor(name: string, create: () => T, parts: SupervisionParts) {
    this.name = name
    this.#create = create
    this.#parts = parts
  }

  /** The living instance, without waiting; undefined while it waits to be made anew. */
  get current(): T | undefined {
    if (this.#instance === undefined && this.#parts.clock.monotonicMs() >= this.#restartAtMs) this.#make()
    return this.#instance
  }

  /** The instance, made anew when its time has come. @throws the signal's reason when it aborts first. */
  async get(signal: AbortSignal): Promise<T> {
    for (;;) {
      signal.throwIfAborted()
      const instance = this.current
      if (instance !== undefined) return instance
      await this.#parts.clock.sleep(Math.max(1, this.#restartAtMs - this.#parts.clock.monotonicMs()), signal)
    }
  }

  /** The instance did its work: the next fault is a first one again. */
  succeeded(): void {
    this.#faultsInRow = 0
  }

  /** The instance threw, but it is not replaced for it: counted, and logged the first time. */
  stumbled(error: unknown): void {
    this.#parts.meter.count('headwatch_plugin_faults_total', 1, { plugin: this.name })
    if (this.#hasStumbled) return
    this.#hasStumbled = true
    this.#parts.logger.error('a plugin failed on one record', { plugin: this.name, reason: messageOf(error) })
  }

  /**
   * The instance broke its contract: it is disposed and made anew later. With `culprit`, the fault of an instance
   * that has been replaced already is only counted.
   */
  async fault(error: unknown, culprit?: T): Promise<void> {
    if (culprit !== undefined && culprit !== this.#instance) {
      this.#parts.meter.count('headwatch_plugin_faults_total', 1, { plugin: this.name })
      return
    }
    const { clock, logger, meter } = this.#parts
    const waitMs = firstRestartMs + backOffMs(this.#faultsInRow++, firstRestartMs, maxRestartMs)
    this.#restartAtMs = clock.monotonicMs() + waitMs
    meter.count('headwatch_plugin_faults_total', 1, { plugin: this.name })
    logger.error('a plugin failed and is restarted', {
      plugin: this.name,
      reason: messageOf(error),
      restartInMs: Math.round(waitMs),
    })
    await this.#end()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#restartAtMs = Number.POSITIVE_INFINITY
    await this.#end()
  }

  #make(): void {
    try {
      this.#instance = this.#create()
    } catch (error) {
      void this.fault(error)
    }
  }

  /** A dispose that hangs is left behind after a deadline. */
  async #end(): Promise<void> {
    const instance = this.#instance as Partial<AsyncDisposable> | undefined
    this.#instance = undefined
    const dispose = instance?.[Symbol.asyncDispose]
    if (instance === undefined || dispose === undefined) return
    const { clock, logger } = this.#parts
    const ending = Promise.try(() => dispose.call(instance))
    ending.catch((error: unknown) =>
      logger.warn('a plugin did not end cleanly', { plugin: this.name, reason: messageOf(error) }),
    )
    if (!(await endsSoon(ending, clock))) logger.warn('a plugin does not end and is left behind', { plugin: this.name })
  }
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
