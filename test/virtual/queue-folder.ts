import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDiskQueue, type Queue } from '@headwatch/pipeline'
import type { Source } from '@headwatch/protocol'
import type { Clock } from '@headwatch/sdk'
import { fakeLogger, fakeMeter } from '@headwatch/sdk/testkit'

/** A folder with one queue that never drops anything, opened once or again and again. */
export interface QueueFolder extends Disposable {
  open(source: Source, clock: Clock): Promise<Queue>
}

export function queueFolder(): QueueFolder {
  // A disk in memory where there is one: what is tested is what happens when, not how fast a disk is.
  const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  const folder = mkdtempSync(join(parent, 'headwatch-virtual-'))
  const limits = { records: 10_000_000, bytes: 2 ** 32 }
  let opened = 0
  return {
    open: (source, clock) => {
      const own = { ...source, epoch: `${source.epoch}-${++opened}` }
      const lent = { clock, logger: fakeLogger(), meter: fakeMeter() }
      return openDiskQueue({ folder: join(folder, 'queue'), source: own, limits, whenFull: 'wait', ...lent })
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
