import type { Host } from '../host.ts'
import type { NetworkReader } from '../network-reader.ts'
import type { ProcessorHost, ReceiverHost } from '../plugin.ts'
import type { StoreReader } from '../store.ts'
import { type FakeAdmission, fakeAdmission } from './fake-admission.ts'
import { type FakeClock, fakeClock } from './fake-clock.ts'
import { type FakeFrontDoor, fakeFrontDoor } from './fake-front-door.ts'
import { type FakeLogger, fakeLogger } from './fake-logger.ts'
import { type FakeMeter, fakeMeter } from './fake-meter.ts'

/** Fits every kind's `create`: silent logger, a clock that stands still, and everything that was logged or counted to read. */
export interface FakeHost extends Host, ReceiverHost, ProcessorHost {
  readonly logger: FakeLogger
  readonly clock: FakeClock
  readonly meter: FakeMeter
  readonly admission: FakeAdmission
  readonly frontDoor: FakeFrontDoor
}

export interface FakeHostOptions {
  readonly self?: Host['self']
  readonly clock?: FakeClock
  readonly admission?: FakeAdmission
  /** What is stored of a source already; nothing when absent. */
  readonly storedRanges?: StoreReader['storedRanges']
  readonly network?: NetworkReader
  readonly store?: StoreReader
}

export function fakeHost({ network, store, ...options }: FakeHostOptions = {}): FakeHost {
  return {
    logger: fakeLogger(),
    clock: options.clock ?? fakeClock(),
    meter: fakeMeter(),
    self: options.self ?? { agent: 'test-agent', node: 'test-node' },
    admission: options.admission ?? fakeAdmission(),
    frontDoor: fakeFrontDoor(),
    storedRanges: options.storedRanges ?? (async () => []),
    ...(network && { network }),
    ...(store && { store }),
  }
}
