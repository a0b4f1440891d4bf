import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

const built = 'dist/headwatch'
const lock = 'node_modules/.headwatch-build'

/** The built program in a folder of its own, as an operator has it. Builds first where nothing, or something older, is built. */
export function installProgram(folder: string): string {
  withLock(() => {
    if (isStale()) execFileSync(process.execPath, ['scripts/build.ts'], { stdio: ['ignore', 'ignore', 'inherit'] })
    cpSync(built, folder, { recursive: true })
  })
  return join(folder, 'headwatch.js')
}

/** Test files run beside each other, and a build begins by removing what was built. */
function withLock(work: () => void): void {
  while (!takesLock()) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  try {
    work()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

/** A lock this old was left behind by somebody who was killed. */
const staleLockMs = 120_000

function takesLock(): boolean {
  if (changedAtMs(lock) > 0 && Date.now() - changedAtMs(lock) > staleLockMs) rmSync(lock, { recursive: true })
  try {
    mkdirSync(lock)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function isStale(): boolean {
  const builtAtMs = changedAtMs(`${built}/headwatch.js`)
  const sources = globSync([
    'packages/*/src/**/*',
    'packages/*/package.json',
    'scripts/build/*.ts',
    'package-lock.json',
  ])
  return builtAtMs === 0 || sources.some((path) => changedAtMs(path) > builtAtMs)
}

function changedAtMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}
