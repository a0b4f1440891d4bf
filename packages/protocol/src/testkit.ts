export { checkNativeCodec, type NativeCodec } from './testkit/check-native-codec.ts'
export { sampleRecords } from './testkit/sample-records.ts'
export { telemetryArbitraries } from './testkit/telemetry-arbitraries.ts'
