import { exitCode } from './exit.ts'

/** What a command runs until it is told to stop. */
export interface Stoppable {
  stop(): Promise<{ readonly lostRecords: number }>
}

/**
 * Starts a program, waits for SIGTERM or SIGINT, and stops it in order. A signal that comes while it starts is heeded
 * once it has; a second one ends the process at once.
 */
export async function runUntilSignal(start: () => Promise<Stoppable>, say: (line: string) => void): Promise<void> {
  const signalled = firstSignal((signal) =>
    say(`${signal}: stopping; what is held is brought out first. Again ends at once.`),
  )
  const program = await start()
  await signalled
  const { lostRecords } = await program.stop()
  say(
    lostRecords === 0
      ? 'Stopped; nothing was left behind.'
      : `Stopped; ${lostRecords} records could not be delivered in time and are lost.`,
  )
}

/** Resolves with the first signal; the next one ends the process. */
function firstSignal(onFirst: (signal: NodeJS.Signals) => void): Promise<void> {
  return new Promise((resolve) => {
    let count = 0
    const onSignal = (signal: NodeJS.Signals) => {
      if (++count > 1) process.exit(exitCode.failed)
      onFirst(signal)
      resolve()
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  })
}
