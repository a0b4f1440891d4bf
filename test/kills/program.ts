import { fileURLToPath } from 'node:url'
import { type HeadwatchProcess, spawnHeadwatch } from '../day/headwatch-process.ts'

export interface ProgramOptions {
  /** Path of headwatch.js. */
  readonly program: string
  readonly args: readonly string[]
  readonly saysReady: RegExp
}

/** How wrong a program's wall clock is: from its start, and by how much it jumps so long after it. In milliseconds. */
export interface WrongClock {
  readonly shiftMs: number
  readonly jumpMs: number
  readonly jumpAfterMs: number
}

export const rightClock: WrongClock = { shiftMs: 0, jumpMs: 0, jumpAfterMs: 0 }

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

  /** Starts it and waits for nothing. */
  start(clock: WrongClock = rightClock): HeadwatchProcess {
    const { shiftMs, jumpMs, jumpAfterMs } = clock
    const environment = {
      CLOCK_SHIFT_MS: String(shiftMs),
      CLOCK_JUMP_MS: String(jumpMs),
      CLOCK_JUMP_AFTER_MS: String(jumpAfterMs),
    }
    const nodeArgs = clock === rightClock ? [] : ['--import', shiftClock]
    this.#process = spawnHeadwatch({ ...this.#options, environment, nodeArgs })
    return this.#process
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.kill()
  }
}
