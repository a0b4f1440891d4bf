import { exitCode } from './exit.ts'

/** What a command runs until it is told to stop. */
export interface Stoppable {
  stop(): Promise<{ readonly lostRecords: number }>
}

/** Waits for SIGTERM or SIGINT, then stops `program` in order. A second signal ends the process at once. */
export async function runUntilSignal(program: Stoppable, say: (line: string) => void): Promise<void> {
  const signal = await nextSignal()
  say(`${signal}: stopping; what is held is brought out first. Again ends at once.`)
  void nextSignal().then(() => process.exit(exitCode.failed))
  const { lostRecords } = await program.stop()
  say(
    lostRecords === 0
      ? 'Stopped; nothing was left behind.'
      : `Stopped; ${lostRecords} records could not be delivered in time and are lost.`,
  )
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals) => {
      process.off('SIGTERM', onSignal)
      process.off('SIGINT', onSignal)
      resolve(signal)
    }
    process.on('SIGTERM', onSignal)
    process.on('SIGINT', onSignal)
  })
}
