import { exitCode } from './exit.ts'

/** What was still there when a program ended: gone for good, or on disk for the next start. */
export interface LeftBehind {
  readonly lostRecords: number
  readonly keptRecords: number
}

/** What a command runs until it is told to stop. */
export interface Stoppable {
  stop(): Promise<LeftBehind>
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
  say(`Stopped; ${leftText(await program.stop())}.`)
}

function leftText({ lostRecords, keptRecords }: LeftBehind): string {
  const kept = keptRecords === 0 ? [] : [`${counted(keptRecords, 'waits', 'wait')} on disk for the next start`]
  const lost = lostRecords === 0 ? [] : [`${counted(lostRecords, 'is', 'are')} lost, for there was no time to deliver`]
  return [...kept, ...lost].join(', ') || 'nothing was left behind'
}

function counted(records: number, verbForOne: string, verb: string): string {
  return records === 1 ? `1 record ${verbForOne}` : `${records} records ${verb}`
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
