import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installProgram } from '../day/installed-program.ts'
import { makeStage, type Stage, type StageOptions } from './stage.ts'

/**
 * Makes a stage in a folder of its own, starts everybody, and ends them. With KEEP in the environment the folder stays
 * where `use` fails, for who wants to look.
 */
export async function withStage<T>(
  options: Omit<StageOptions, 'folder' | 'program'> & { readonly program?: string },
  use: (stage: Stage, folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-kills-'))
  let isWell = false
  try {
    await using stack = new AsyncDisposableStack()
    const program = options.program ?? installProgram(join(folder, 'program'))
    const stage = await makeStage({ ...options, folder, program }, stack)
    await stage.startAll()
    const result = await use(stage, folder)
    isWell = true
    return result
  } finally {
    if (isWell || process.env.KEEP === undefined) rmSync(folder, { recursive: true, force: true })
    else console.log(`what they left behind: ${folder}`)
  }
}
