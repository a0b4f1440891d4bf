import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NetworkSummary, NodeState } from '@headwatch/protocol'
import type { ViewQuestion } from '@headwatch/protocol/reporting'
import { checkFeed } from '@headwatch/protocol/testkit'
import type { NetworkReader } from '@headwatch/sdk'
import { fakeHost } from '@headwatch/sdk/testkit'
import { Feed, type FeedParts } from './feed.ts'

checkFeed('the feed of the server', async () => {
  const { clock, meter, logger, frontDoor } = fakeHost()
  const nodes = new Map<string, NodeState>()
  for (let number = 0; number < 5; number++) nodes.set(`n${number}`, nodeState(number, 0))
  const network = {
    networks: (): NetworkSummary[] => [],
    nodes: () => nodes.values(),
    list: () => nodes.values(),
    node: (_network: string, node: string) => nodes.get(node),
    blocks: () => [],
    follow: () => undefined,
  }
  const completeness = () => ({ reported: 0, known: 0, oldestMs: 0, dropped: 0, missing: 0 })
  const options = { maxViewers: 10, tickMs: 250, server: 'test', version: '0' }
  const feed = new Feed(options, {
    clock,
    meter,
    logger,
    sources: { network, alarms: () => [], health: () => [] },
    completeness,
  })
  const stop = new AbortController()
  const running = feed.run(frontDoor, stop.signal)
  const nodesView = {
    filter: {},
    sort: { by: 'head', direction: 'descending' },
    window: { offset: 0, count: 3 },
  } as const
  return {
    questions: [
      { of: 'nodes', network: '1', ...nodesView },
      { of: 'node', network: '1', node: 'n1' },
      { of: 'field', network: '1', by: 'client', filter: {}, groups: 4 },
      { of: 'networks' },
    ],
    change(number) {
      if (number % 7 === 6) nodes.delete(`n${number % 5}`)
      else nodes.set(`n${number % 5}`, nodeState(number % 5, number))
    },
    tick: () => clock.advance(250),
    async connect() {
      const peer = frontDoor.connect('/api/v1/feed')
      if (peer === undefined) throw new Error('the feed refuses a viewer')
      let isOpen = true
      void peer.ended.then(() => {
        isOpen = false
      })
      let read = 0
      return {
        send: (frame) => peer.send(frame),
        received: () => {
          const frames = peer.received.slice(read).map(String)
          read = peer.received.length
          return frames
        },
        get isOpen() {
          return isOpen
        },
        close: () => peer.close(),
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await running
    },
  }
})

test('a view that cannot be computed costs itself only, is counted, and comes back', async () => {
  let isBroken = true
  const networks = () => {
    if (isBroken) throw new Error('a bad summary')
    return []
  }
  await using feed = watchedFeed({ networks, completeness: () => complete })
  feed.look('bad', { of: 'networks' })
  feed.look('good', { of: 'node', network: '1', node: 'n1' })
  assert.deepEqual([...(await feed.tick()), ...(await feed.tick())], ['good'])
  assert.equal(feed.meter.value('headwatch_feed_faults_total', { view: 'networks' }), 2)
  assert.equal(feed.logger.lines.filter(({ level }) => level === 'error').length, 1)
  isBroken = false
  assert.deepEqual(await feed.tick(), ['bad'])
})

test('a completeness that cannot be had holds its views back until it can', async () => {
  let isBroken = true
  const completeness = (network?: string) => {
    if (isBroken && network === '1') throw new Error('not to be had')
    return complete
  }
  await using feed = watchedFeed({ networks: () => [], completeness })
  feed.look('held', { of: 'node', network: '1', node: 'n1' })
  feed.look('all', { of: 'networks' })
  assert.deepEqual(await feed.tick(), ['all'])
  isBroken = false
  assert.deepEqual(await feed.tick(), ['held'])
})

const complete = { reported: 0, known: 0, oldestMs: 0, dropped: 0, missing: 0 }

/** A feed with one viewer. */
function watchedFeed({ networks, completeness }: Pick<NetworkReader, 'networks'> & Pick<FeedParts, 'completeness'>) {
  const { clock, meter, logger, frontDoor } = fakeHost()
  const network = { networks, node: () => nodeState(1, 5) } as unknown as NetworkReader
  const options = { maxViewers: 10, tickMs: 250, server: 'test', version: '0' }
  const feed = new Feed(options, {
    clock,
    meter,
    logger,
    sources: { network, alarms: () => [], health: () => [] },
    completeness,
  })
  const stop = new AbortController()
  const running = feed.run(frontDoor, stop.signal)
  const viewer = frontDoor.connect('/api/v1/feed')
  let read = 0
  return {
    meter,
    logger,
    look: (view: string, question: ViewQuestion) => viewer?.send(JSON.stringify({ type: 'subscribe', view, question })),
    /** The views that the next tick brings something of. */
    async tick(): Promise<readonly string[]> {
      await clock.advance(250)
      const frames = viewer?.received.slice(read) ?? []
      read += frames.length
      return frames.flatMap((frame): string[] => JSON.parse(String(frame)).view ?? [])
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      await running
    },
  }
}

function nodeState(number: number, head: number): NodeState {
  const seenAt = 1_700_000_000_000
  return {
    node: `n${number}`,
    agent: 'eu-1',
    network: '1',
    activity: 'in_sync',
    head: { number: BigInt(head), hash: '0x00', seenAt },
    firstSeenAt: seenAt,
    lastSeenAt: seenAt,
    uptime: 1,
    recentDelays: [],
  }
}
