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
  /** Ends it as a crash or the kernel would. */
  kill(): Promise<void>
  /** Asks it to end; how it did, for example `0` or `SIGKILL`. */
  terminate(): Promise<number | NodeJS.Signals>
}

export interface HeadwatchStart {
  /** Path of headwatch.js. */
  readonly program: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Resolves the start; what it says when it works. */
  readonly saysReady: RegExp
}

const keptLines = 40

/** Starts the built program. @throws when it ends before it says that it works. */
export async function startHeadwatch(start: HeadwatchStart): Promise<HeadwatchProcess> {
  const { program, args, environment, saysReady } = start
  const env = { ...process.env, ...environment }
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'], env })
  const lastLines: string[] = []
  const isAlive = () => child.exitCode === null && child.signalCode === null
  const ready = Promise.withResolvers<void>()
  const hear = (line: string) => {
    lastLines.push(line)
    if (lastLines.length > keptLines) lastLines.shift()
    if (saysReady.test(line)) ready.resolve()
  }
  createInterface({ input: child.stdout }).on('line', hear)
  createInterface({ input: child.stderr }).on('line', hear)
  child.once('exit', (code) =>
    ready.reject(new Error(`${args.join(' ')} ended with ${code} at its start: ${lastLines.join('\n')}`)),
  )
  const end = async (signal: NodeJS.Signals) => {
    if (!isAlive()) return
    child.kill(signal)
    await once(child, 'exit')
  }
  await ready.promise
  return {
    pid: child.pid ?? 0,
    get isAlive() {
      return isAlive()
    },
    lastLines,
    kill: () => end('SIGKILL'),
    async terminate() {
      await end('SIGTERM')
      return child.signalCode ?? child.exitCode ?? 'SIGKILL'
    },
    [Symbol.asyncDispose]: () => end('SIGKILL'),
  }
}
