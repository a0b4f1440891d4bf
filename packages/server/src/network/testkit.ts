import type {
  BlockHeader,
  BlockReport,
  Hex,
  MetricSet,
  NodeReport,
  SessionEvent,
  TelemetryRecord,
  UnixMs,
} from '@headwatch/protocol'

/** When the stories of the tests begin. */
export const start: UnixMs = Date.UTC(2026, 10, 24, 12, 0, 0)
export const network = '1-d4e56740'

/** A hash that is easy to read in a failing test: number and name of the fork. */
function hashOf(height: number, fork = 'a'): Hex {
  const name = [...fork].map((letter) => letter.charCodeAt(0).toString(16)).join('')
  return `0x${height.toString(16).padStart(32, '0')}${name.padStart(32, '0')}`
}

/** A block at `height`; its parent is on the fork `onFork`. Made `height` seconds after the start. */
export function header(height: number, fork = 'a', onFork = fork): BlockHeader {
  return {
    number: BigInt(height),
    hash: hashOf(height, fork),
    parentHash: hashOf(height - 1, onFork),
    timestampS: start / 1000 + height - 1000,
  }
}

interface Telling {
  readonly at?: UnixMs
  readonly agent?: string
  readonly network?: string | undefined
}

function originOf(node: string, telling: Telling) {
  const named = 'network' in telling ? telling.network : network
  return { agent: telling.agent ?? node, node, ...(named !== undefined && { network: named }) }
}

export function head(node: string, block: BlockHeader, telling: Telling = {}): TelemetryRecord<BlockReport> {
  return { type: 'block', occasion: 'head', block, origin: originOf(node, telling), at: telling.at ?? start }
}

export function metrics(
  node: string,
  readings: MetricSet['readings'],
  telling: Telling = {},
): TelemetryRecord<MetricSet> {
  return { type: 'metrics', readings, origin: originOf(node, telling), at: telling.at ?? start }
}

export function report(node: string, facts: Partial<NodeReport>, telling: Telling = {}): TelemetryRecord<NodeReport> {
  return { ...facts, type: 'node', origin: originOf(node, telling), at: telling.at ?? start }
}

export function session(
  agent: string,
  change: SessionEvent['change'],
  facts: Partial<SessionEvent> = {},
): TelemetryRecord<SessionEvent> {
  return { session: '1', ...facts, type: 'session', change, origin: { agent, node: agent }, at: facts.at ?? start }
}
