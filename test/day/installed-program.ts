import { execFileSync } from 'node:child_process'
import { cpSync, globSync, statSync } from 'node:fs'
import { join } from 'node:path'

const built = 'dist/headwatch'

/** The built program in a folder of its own, as an operator has it. Builds first where nothing, or something older, is built. */
export function installProgram(folder: string): string {
  if (isStale()) execFileSync(process.execPath, ['scripts/build.ts'], { stdio: ['ignore', 'ignore', 'inherit'] })
  cpSync(built, folder, { recursive: true })
  return join(folder, 'headwatch.js')
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
