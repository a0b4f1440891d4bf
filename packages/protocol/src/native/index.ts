export {
  type DecodedMessage,
  decodeMessage,
  defaultFrameBytes,
  encodeMessage,
  messageLimits,
  type UnreadableFrame,
} from './codec.ts'
export { packFrames, unpackFrames } from './frame-run.ts'
export {
  type Ack,
  type AgentMessage,
  type BodyCodec,
  type Bye,
  type Capability,
  type Credit,
  type CreditChange,
  type Data,
  type GapNotice,
  type GoAway,
  type Hello,
  type Limits,
  type Nack,
  type NativeMessage,
  type NextNumber,
  nativeSubprotocol,
  type Ping,
  type Pong,
  type ServerMessage,
  type StoredStream,
  type StreamStart,
  type Welcome,
} from './messages.ts'
export { recordLimits } from './record-limits.ts'
export { type Body, type DecodedBody, decodeRecords, encodeRecords } from './records.ts'
export { maxSequence } from './wire-codec.ts'
