import { fileURLToPath } from 'node:url'
import { type HeadwatchProcess, spawnHeadwatch } from '../day/headwatch-process.ts'

export interface ProgramOptions {
  /** Path of headwatch.js. */
  readonly program: string
  readonly args: readonly string[]
  readonly saysReady: RegExp
}

const shiftClock = fileURLToPath(new URL('../faults/shift-clock.mjs', import.meta.url))

/** A built program that dies and is started again on what it left behind. */
export class Program implements AsyncDisposable {
  readonly #options: ProgramOptions
  #process: HeadwatchProcess | undefined

  constructor(options: ProgramOptions) {
    this.#options = options
  }

  /** @throws while it was never started. */
  get process(): HeadwatchProcess {
    if (this.#process === undefined) throw new Error('it was not started')
    return this.#process
  }

  get isAlive(): boolean {
    return this.#process?.isAlive === true
  }

  /** Starts it and waits for nothing; its clock is wrong by `clockShiftMs`. */
  start(clockShiftMs = 0): HeadwatchProcess {
    const environment = { CLOCK_SHIFT_MS: String(clockShiftMs) }
    const nodeArgs = clockShiftMs === 0 ? [] : ['--import', shiftClock]
    this.#process = spawnHeadwatch({ ...this.#options, environment, nodeArgs })
    return this.#process
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.kill()
  }
}
