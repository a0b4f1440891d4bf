import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

/** How a program ended, and everything it wrote. */
export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** The program as a process of its own. */
export interface RunningProgram extends AsyncDisposable {
  /** Resolves with the text so far once it matches. Rejects when the program ends before. */
  says(pattern: RegExp): Promise<string>
  signal(name: NodeJS.Signals): void
  readonly ended: Promise<Ended>
}

/** Runs `headwatch ARGS` from source, with nothing of ours in its environment but `environment`. */
export function runProgram(
  args: readonly string[],
  { environment = {}, folder }: { readonly environment?: Record<string, string>; readonly folder?: string } = {},
): RunningProgram {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('HEADWATCH_'))
  const env = { ...Object.fromEntries(inherited), ...environment }
  const child = spawn(process.execPath, [main, ...args], { env, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const written = { out: '', err: '' }
  const heard = new Set<() => void>()
  const hear = (stream: 'out' | 'err') => (chunk: Buffer) => {
    written[stream] += chunk
    for (const look of heard) look()
  }
  child.stdout.on('data', hear('out'))
  child.stderr.on('data', hear('err'))
  const ended = once(child, 'close').then(([code]): Ended => ({ code, ...written }))
  return {
    ended,
    says: (pattern) => whenSaid(pattern, () => written.out + written.err, heard, ended),
    signal: (name) => void child.kill(name),
    [Symbol.asyncDispose]: () => end(child, ended),
  }
}

/** What `headwatch ARGS` comes to when it ends by itself. */
export async function outcomeOf(...run: Parameters<typeof runProgram>): Promise<Ended> {
  await using program = runProgram(...run)
  return await program.ended
}

function whenSaid(pattern: RegExp, text: () => string, heard: Set<() => void>, ended: Promise<Ended>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const look = () => {
    if (pattern.test(text())) resolve(text())
  }
  heard.add(look)
  look()
  void ended.then(({ code }) => reject(new Error(`it ended with ${code} and never said ${pattern}: ${text()}`)))
  return promise.finally(() => heard.delete(look))
}

async function end(child: ChildProcess, ended: Promise<Ended>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  await ended
}
