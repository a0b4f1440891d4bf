import {
  type Alarm,
  type BlockDelay,
  type NetworkSummary,
  type NodeActivity,
  type NodeState,
  type SeenBlock,
  silenceRepair,
} from '@headwatch/protocol'

/** What the fake server tells: plain protocol types, made from a seed. */
export interface Fleet {
  readonly network: string
  readonly nodes: NodeState[]
  readonly blocks: SeenBlock[]
  readonly alarms: Alarm[]
  summary(): NetworkSummary
  /** The next block, taken by every node that is in sync, each after its own delay. */
  mine(now: number): void
}

/** A name that tries to be markup, and one that tries to turn the line around. */
export const hostileNames = ['<img src=x onerror=alert(1)>', 'evil\u202eedon\u0007'] as const

const words = [
  'harbor',
  'kestrel',
  'fjord',
  'granite',
  'lumen',
  'copper',
  'aster',
  'boreal',
  'cinder',
  'delta',
  'ember',
  'quay',
]
const clients = [
  'Geth/v1.16.4-stable/linux-amd64/go1.25',
  'Nethermind/v1.34.1+2f0a/linux-x64/dotnet9',
  'besu/v25.9.0/linux-x86_64/openjdk-java-21',
  'reth/v1.8.2-d2a7e7c/x86_64-unknown-linux-gnu',
]
const countries = ['DE', 'US', 'FI', 'FR', 'SG', 'JP']

export function seededFleet(network: string, size: number, now: number, seed = 7): Fleet {
  const random = randomFrom(seed)
  let head = 18_204_900
  const nodes = Array.from({ length: size }, (_, index) => nodeOf(network, index, random, now))
  const blocks: SeenBlock[] = []
  const mine = (at: number) => {
    head += 1
    blocks.unshift(blockOf(head, at, nodes.length, random))
    blocks.splice(40)
    for (const [index, node] of nodes.entries()) nodes[index] = withBlock(node, blocks[0] as SeenBlock, random)
  }
  for (let step = 40; step > 0; step -= 1) mine(now - step * 5_000)
  return {
    network,
    nodes,
    blocks,
    alarms: alarmsOf(network, nodes, now),
    summary: () => summaryOf(network, nodes, blocks),
    mine,
  }
}

function nodeOf(network: string, index: number, random: () => number, now: number): NodeState {
  const country = countries[Math.floor(random() * countries.length)] as string
  const activity = activityOf(index, random)
  const name =
    hostileNames[index - 3] ??
    `${words[index % words.length]}-${country.toLowerCase()}-${String(index).padStart(3, '0')}`
  const cause = (['path', 'node', 'agent', 'unclear'] as const)[index % 4] as 'path'
  const since = now - 134_000 - index * 1_000
  return {
    node: name,
    agent: `agent-${index}`,
    network,
    activity,
    ...(activity === 'silent'
      ? {
          silence: {
            cause,
            confidence: 'inferred',
            since,
            evidence: [
              'The last frame was clean, without a goodbye.',
              '9 nodes of the prefix 203.0.113.0/24 fell silent within 4 s.',
            ],
          },
        }
      : {}),
    client: clients[index % clients.length] as string,
    os: 'linux',
    contact: 'ops@example.org',
    reporter: 'headwatch/0.1.0',
    location: { level: 'city', country, city: 'Somewhere' },
    peers: 18 + Math.floor(random() * 40),
    pendingTransactions: Math.floor(random() * 4000),
    gasPriceWei: 1_240_000_000n,
    ...(activity === 'syncing' ? { syncProgress: 0.42 } : {}),
    latencyMs: 20 + random() * 120,
    clock: { offsetMs: 3, errorMs: 2 },
    firstSeenAt: now - 86_400_000 * 12,
    lastSeenAt: activity === 'silent' ? since : now - 1_500,
    uptime: 1 - random() * 0.02,
    recentDelays: [],
  }
}

function activityOf(index: number, random: () => number): NodeActivity {
  if (index < 8) return 'in_sync'
  const dice = random()
  if (dice < 0.03) return 'silent'
  if (dice < 0.06) return 'behind'
  if (dice < 0.07) return 'syncing'
  return dice < 0.085 ? 'other_head' : 'in_sync'
}

function withBlock(node: NodeState, seen: SeenBlock, random: () => number): NodeState {
  const delay: BlockDelay =
    node.activity === 'silent'
      ? 'unknown'
      : node.activity === 'behind'
        ? 'missed'
        : 40 + Math.floor(random() ** 3 * 900)
  const recentDelays = [...node.recentDelays, delay].slice(-40)
  if (node.activity === 'silent')
    return {
      ...node,
      recentDelays: recentDelays.map((one, at) => (at > 27 ? 'unknown' : typeof one === 'number' ? one : 120)),
    }
  if (typeof delay !== 'number') {
    const number = seen.block.number - 3n
    return {
      ...node,
      recentDelays: recentDelays.map((_one, at) => (at > 33 ? 'missed' : 140)),
      behind: 3,
      head: { number, hash: hashOf(Number(number)), seenAt: seen.firstSeenAt - 15_000 },
    }
  }
  const taken = {
    number: seen.block.number,
    hash: seen.block.hash,
    seenAt: seen.firstSeenAt + delay,
    propagationMs: delay,
  }
  return { ...node, recentDelays, behind: 0, head: taken, lastSeenAt: seen.firstSeenAt + delay }
}

function blockOf(number: number, at: number, nodes: number, random: () => number): SeenBlock {
  return {
    block: {
      number: BigInt(number),
      hash: hashOf(number),
      parentHash: hashOf(number - 1),
      miner: `0x${hashOf(((number % 7) + 1) * 104_729)
        .slice(-8)
        .repeat(5)}`,
      timestampS: Math.floor(at / 1000),
      gasUsed: BigInt(Math.floor(9e6 + random() * 20e6)),
      gasLimit: 30_000_000n,
      transactionCount: Math.floor(random() * 300),
    },
    firstSeenAt: at,
    firstSeenBy: 'kestrel-fi-001',
    nodes: Math.round(nodes * 0.94),
    canonical: true,
  }
}

function alarmsOf(network: string, nodes: readonly NodeState[], now: number): Alarm[] {
  const silent = nodes.filter(({ activity }) => activity === 'silent')
  const raised = silent.slice(0, 4).map(
    (node, index): Alarm => ({
      key: { resource: `node/${node.node}`, alarmType: 'node_silent', qualifier: '' },
      condition: 'raised',
      severity: (['critical', 'major', 'minor', 'warning'] as const)[index] as 'critical',
      text: `${node.node} is silent: the ${node.silence?.cause} is down`,
      repair: silenceRepair(node.silence?.cause ?? 'unclear'),
      version: 1,
      origin: { node: node.node, network, agent: node.agent },
      raisedAt: now - 120_000 * (index + 1),
      changedAt: now - 120_000,
      ...(index === 1 ? { acknowledgedBy: 'ada', acknowledgedAt: now } : {}),
    }),
  )
  return raised
}

function summaryOf(network: string, nodes: readonly NodeState[], blocks: readonly SeenBlock[]): NetworkSummary {
  const count = (activity: NodeActivity) => nodes.filter((node) => node.activity === activity).length
  const silent = (cause: string) => nodes.filter((node) => node.silence?.cause === cause).length
  const delays = nodes.flatMap(({ recentDelays }) => recentDelays.filter((one) => typeof one === 'number'))
  const propagation = Array.from({ length: 21 }, (_, slot) => ({
    fromMs: slot * 50,
    count: delays.filter((ms) => Math.min(20, Math.floor(ms / 50)) === slot).length,
  }))
  return {
    network,
    name: network === '1' ? 'Ethereum' : `Network ${network}`,
    chainId: 1n,
    ...(blocks[0] === undefined ? {} : { head: blocks[0] }),
    ...(blocks.length < 2 ? {} : { blockTimeS: 5.02 }),
    nodes: nodes.length,
    byActivity: {
      in_sync: count('in_sync'),
      behind: count('behind'),
      syncing: count('syncing'),
      other_head: count('other_head'),
      silent: count('silent'),
      unknown: count('unknown'),
    },
    silentBy: { node: silent('node'), agent: silent('agent'), path: silent('path'), unclear: silent('unclear') },
    propagation,
    gasPriceWei: 1_240_000_000n,
    clockErrorMs: 35,
  }
}

function hashOf(number: number): `0x${string}` {
  return `0x${(number * 2654435761).toString(16).padStart(64, '0').slice(-64)}`
}

function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** A network of one node that has never answered its agent. */
export function fleetWithoutAnswer(now: number): Fleet {
  const fleet = seededFleet('unknown', 1, now)
  const [node] = fleet.nodes
  if (node === undefined) throw new Error('a fleet of one has a node')
  const { head: _head, client: _client, behind: _behind, ...told } = node
  const evidence = ['the agent reports that the client does not answer']
  const silence = { cause: 'node', confidence: 'certain', since: now - 30_000, evidence } as const
  const nodes: NodeState[] = [{ ...told, activity: 'silent', silence, recentDelays: [] }]
  return { ...fleet, nodes, blocks: [], alarms: [], summary: () => summaryOf('unknown', nodes, []) }
}
