import type { NetworkId } from '../item.ts'
import type { NodeReport } from '../telemetry.ts'
import { type Dialect, dialectOf } from './dialect.ts'
import type { EthstatsLimits } from './limits.ts'
import { readAddress, readCount, readFields, readQuantity, readText } from './scalar.ts'

/** What a client says of itself when it knocks. Nothing in it is proven. */
export interface Hello {
  readonly id: string
  /** As sent; empty when there is none. Never logged. */
  readonly secret: string
  /** Absent where the client does not say. Not the genesis: clients of this protocol never tell it. */
  readonly network?: NetworkId
  readonly node: NodeReport
  readonly canAnswerHistory: boolean
  readonly dialect: Dialect
}

/** Undefined where there is no usable id or no `info`. */
export function readHello(payload: unknown, limits: EthstatsLimits): Hello | undefined {
  const fields = readFields(payload)
  const info = readFields(fields?.info)
  if (fields === undefined || info === undefined) return undefined
  const id = readText(fields.id, limits.idChars + 1)
  if (id === undefined || id !== fields.id || id.length > limits.idChars) return undefined
  const dialect = dialectOf(info)
  const network = readQuantity(info.net ?? info.network)
  return {
    id,
    secret: typeof fields.secret === 'string' ? fields.secret : '',
    ...(network !== undefined && { network: String(network) }),
    node: readNode(info, dialect, network, limits.textChars),
    canAnswerHistory: (info.canUpdateHistory ?? info.history) === true,
    dialect,
  }
}

/** Who says hello, in the words of an agent. */
export interface HelloFacts {
  readonly id: string
  readonly secret: string
  /** Shown by old dashboards. */
  readonly name: string
  readonly node: NodeReport
}

/** `hello` in geth's shape. What the shape demands and the report does not tell is geth's own empty word. */
export function helloInGethShape({ id, secret, name, node }: HelloFacts): Readonly<Record<string, unknown>> {
  return {
    id,
    info: {
      name,
      node: node.client ?? 'unknown/v0.0.0',
      port: node.p2pPort ?? 0,
      net: node.networkId ?? String(node.chainId ?? 0n),
      protocol: node.protocols ?? '',
      api: 'No',
      os: node.os ?? '',
      os_v: node.osVersion ?? '',
      client: '0.1.1',
      canUpdateHistory: true,
      contact: node.contact,
      coinbase: node.coinbase,
    },
    secret,
  }
}

function readNode(
  info: Readonly<Record<string, unknown>>,
  dialect: Dialect,
  network: bigint | undefined,
  chars: number,
): NodeReport {
  const told: { -readonly [Key in keyof NodeReport]?: NodeReport[Key] | undefined } = {
    client: readText(info[dialect.version], chars),
    networkId: network === undefined ? undefined : String(network),
    chainId: dialect.net === 'chain_id' ? network : undefined,
    protocols: readProtocols(info.protocol, chars),
    p2pPort: dialect.port === 'told' ? readPort(info.port) : undefined,
    os: readText(info.os, chars),
    osVersion: readText(info.os_v ?? info.os_V ?? info.Os_V ?? info.os_ver, chars),
    contact: readText(info.contact, chars),
    coinbase: readAddress(info.coinbase),
    reporter: dialect.version === 'client' ? undefined : readText(info.client, chars),
  }
  const known = Object.entries(told).filter(([, value]) => value !== undefined)
  return { type: 'node', ...Object.fromEntries(known) }
}

/** `eth/68, snap/1`; Besu prints a Java list, the original agent the bare version number. */
function readProtocols(value: unknown, chars: number): string | undefined {
  const version = typeof value === 'number' ? readCount(value) : undefined
  if (version !== undefined) return `eth/${version}`
  return readText(value, chars)?.replace(/^\[(.*)\]$/, '$1')
}

function readPort(value: unknown): number | undefined {
  const port = readCount(value)
  return port !== undefined && port > 0 && port < 65_536 ? port : undefined
}
