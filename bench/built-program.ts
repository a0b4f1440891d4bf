import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** A process of ours, measured from outside. */
export interface Running extends AsyncDisposable {
  readonly pid: number
  /** Resolves with the first line of standard output that matches; rejects when the process ends before. */
  line(pattern: RegExp): Promise<string>
}

const program = 'dist/headwatch/headwatch.js'

/** Starts the built program. @throws when it has not been built. */
export function startHeadwatch(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
  if (!existsSync(program)) throw new Error(`${program} is missing; run "npm run build" first`)
  return startNode([program, ...args], environment)
}

/** Starts a script of the bench itself, such as a load generator. */
export function startNode(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Running {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  })
  const lines: string[] = []
  const listeners = new Set<(line: string) => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    for (const listener of listeners) listener(line)
  })
  const line = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const known = lines.find((candidate) => pattern.test(candidate))
      if (known !== undefined) return resolve(known)
      listeners.add((candidate) => {
        if (pattern.test(candidate)) resolve(candidate)
      })
      child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code} before it said ${pattern}`)))
    })
  return { pid: child.pid ?? 0, line, [Symbol.asyncDispose]: () => end(child) }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 15_000)
  await once(child, 'exit')
  clearTimeout(late)
}
