import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** A folder that is a small disk of its own, as far as the machine lets us make one. */
export interface SmallDisk extends Disposable {
  /** Whether it is a disk of its own. Otherwise it is a plain folder and cannot be filled. */
  readonly canBeFilled: boolean
  /** Takes all the room there is. */
  fill(): void
  /** Gives it back. */
  empty(): void
}

/** Makes `folder` a disk of so many MiB, in memory; needs root. */
export function makeSmallDisk(folder: string, mebibytes: number): SmallDisk {
  mkdirSync(folder, { recursive: true })
  const canBeFilled = mount(folder, mebibytes)
  const filler = join(folder, 'of-somebody-else')
  return {
    canBeFilled,
    fill: () => writeUntilFull(filler),
    empty: () => rmSync(filler, { force: true }),
    [Symbol.dispose]() {
      if (canBeFilled) execFileSync('umount', ['--lazy', folder])
    },
  }
}

function mount(folder: string, mebibytes: number): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'headwatch-test', folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function writeUntilFull(file: string): void {
  const handle = openSync(file, 'a')
  try {
    // In ever smaller pieces, to the last byte.
    for (let size = 65_536; size >= 1; size = Math.floor(size / 16)) {
      const piece = Buffer.alloc(size)
      try {
        for (;;) writeSync(handle, piece)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
    }
  } finally {
    closeSync(handle)
  }
}
