import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** One of the built programs at work. */
export interface HeadwatchProcess extends AsyncDisposable {
  readonly pid: number
  /** Whether it runs. */
  readonly isAlive: boolean
  /** The last lines it wrote, on both streams. */
  readonly lastLines: readonly string[]
  /** Resolves when it says that it works; rejects when it ends before. */
  readonly ready: Promise<void>
  /** Ends it as a crash or the kernel would. */
  kill(): Promise<void>
  /** Asks it to end; how it did, for example `0` or `SIGKILL`. */
  terminate(): Promise<number | NodeJS.Signals>
  /** Sends a signal and waits for nothing. */
  signal(name: NodeJS.Signals): void
  /** How it ends, for example `0` or `SIGKILL`. */
  readonly ended: Promise<number | NodeJS.Signals>
}

export interface HeadwatchStart {
  /** Path of headwatch.js. */
  readonly program: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Resolves the start; what it says when it works. */
  readonly saysReady: RegExp
  /** What node itself is given, before the program. */
  readonly nodeArgs?: readonly string[]
}

const keptLines = 40

/** Starts the built program. @throws when it ends before it says that it works. */
export async function startHeadwatch(start: HeadwatchStart): Promise<HeadwatchProcess> {
  const process = spawnHeadwatch(start)
  await process.ready
  return process
}

/** Starts the built program and waits for nothing. */
export function spawnHeadwatch(start: HeadwatchStart): HeadwatchProcess {
  const { program, args, environment, saysReady, nodeArgs = [] } = start
  const env = { ...process.env, ...environment }
  const child = spawn(process.execPath, [...nodeArgs, program, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env })
  const lastLines: string[] = []
  const isAlive = () => child.exitCode === null && child.signalCode === null
  const ready = Promise.withResolvers<void>()
  ready.promise.catch(() => undefined) // Whoever waits for it hears of it.
  const hear = (line: string) => {
    lastLines.push(line)
    if (lastLines.length > keptLines) lastLines.shift()
    if (saysReady.test(line)) ready.resolve()
  }
  createInterface({ input: child.stdout }).on('line', hear)
  createInterface({ input: child.stderr }).on('line', hear)
  const ended = once(child, 'exit').then(() => child.signalCode ?? child.exitCode ?? 'SIGKILL')
  void ended.then((how) =>
    ready.reject(new Error(`${args.join(' ')} ended with ${how} at its start: ${lastLines.join('\n')}`)),
  )
  const end = async (signal: NodeJS.Signals) => {
    if (isAlive()) child.kill(signal)
    return ended
  }
  return {
    pid: child.pid ?? 0,
    get isAlive() {
      return isAlive()
    },
    lastLines,
    ready: ready.promise,
    kill: async () => void (await end('SIGKILL')),
    terminate: () => end('SIGTERM'),
    signal: (name) => void child.kill(name),
    ended,
    [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
  }
}
