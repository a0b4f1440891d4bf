// node open-queue.ts FOLDER: opens the queue in FOLDER/queue, and prints what came of it.
import { join } from 'node:path'
import { fakeLogger, fakeMeter } from '@headwatch/sdk/testkit'
import { systemClock } from '../../../system-clock.ts'
import { openDiskQueue } from '../open-disk-queue.ts'

const [folder = ''] = process.argv.slice(2)

try {
  await using queue = await openDiskQueue({
    folder: join(folder, 'queue'),
    source: { agent: 'a', stream: 'main', epoch: 'e' },
    limits: { records: 100, bytes: 1_000_000 },
    whenFull: 'wait',
    clock: systemClock,
    logger: fakeLogger(),
    meter: fakeMeter(),
  })
  process.stdout.write(`opened ${queue.source.epoch}`)
} catch (error) {
  process.stdout.write(String(error))
}
