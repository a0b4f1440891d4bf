import { fakeLogger, fakeMeter } from '@headwatch/sdk/testkit'
import { checkQueue } from '../queue-checker.ts'
import { systemClock } from '../../system-clock.ts'
import { openDiskQueue } from './open-disk-queue.ts'

const source = { agent: 'agent', stream: 'main', epoch: 'e' }

checkQueue('disk', ({ folder, limits, whenFull }) =>
  openDiskQueue({ folder, source, limits, whenFull, clock: systemClock, logger: fakeLogger(), meter: fakeMeter() }),
)
