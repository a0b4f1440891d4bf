export { awayAddress, type BadPeer, badPeer } from './testkit/bad-peers.ts'
export { type AdmissionCheck, checkAdmission } from './testkit/check-admission.ts'
export { type CollectorCheck, checkCollector } from './testkit/check-collector.ts'
export type { CheckPeer } from './testkit/check-definition.ts'
export { checkExporter, type ExporterCheck, type ExporterPeer } from './testkit/check-exporter.ts'
export { checkProcessor, type ProcessorCheck } from './testkit/check-processor.ts'
export {
  type CheckSender,
  checkReceiver,
  type ReceiverCheck,
  type ReceiverPeer,
  type SenderWasTold,
} from './testkit/check-receiver.ts'
export { type CheckStoreOptions, checkStore, type MakeStore } from './testkit/check-store.ts'
export { checkedConfig } from './testkit/checked-config.ts'
export { collectOnce } from './testkit/collect-once.ts'
export { type FakeAdmission, type FakeAdmissionOptions, fakeAdmission } from './testkit/fake-admission.ts'
export { type FakeClock, fakeClock } from './testkit/fake-clock.ts'
export { type FakeFrontDoor, type FakePeer, fakeFrontDoor, type SocketEnd } from './testkit/fake-front-door.ts'
export { type FakeHost, type FakeHostOptions, fakeHost } from './testkit/fake-host.ts'
export { type FakeLogger, fakeLogger, type LoggedLine } from './testkit/fake-logger.ts'
export { type FakeMeter, fakeMeter } from './testkit/fake-meter.ts'
export { type Settled, settled, turns, whileClockRuns } from './testkit/settled.ts'
export { assertSound, frozen } from './testkit/sound.ts'
export { modelStore } from './testkit/store-model.ts'
