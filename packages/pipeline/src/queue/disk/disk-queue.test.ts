import { fakeLogger, fakeMeter } from '@headwatch/sdk/testkit'
import { systemClock } from '../../system-clock.ts'
import { checkQueue, type QueueWanted } from '../queue-checker.ts'
import { openDiskQueue, openQueueOn } from './open-disk-queue.ts'
import { diceOf, SimulatedDisk } from './testkit/simulated-disk.ts'

const source = { agent: 'agent', stream: 'main', epoch: 'e' }

const wantedOf = (wanted: QueueWanted) => ({
  ...wanted,
  source,
  clock: systemClock,
  logger: fakeLogger(),
  meter: fakeMeter(),
})

checkQueue('disk', (wanted) => openDiskQueue(wantedOf(wanted)))

const lock = () => ({ bytes: 0, release: () => undefined })

checkQueue('disk, nothing of it in memory', (wanted) =>
  openQueueOn(
    { files: new SimulatedDisk({ dice: diceOf(1) }), lock, freshBytes: 0, segmentBytes: 500 },
    wantedOf(wanted),
  ),
)
