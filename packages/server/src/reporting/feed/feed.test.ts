import type { NetworkSummary, NodeState } from '@headwatch/protocol'
import { checkFeed } from '@headwatch/protocol/testkit'
import { fakeHost } from '@headwatch/sdk/testkit'
import { Feed } from './feed.ts'

checkFeed('the feed of the server', async () => {
  const { clock, meter, frontDoor } = fakeHost()
  const nodes = new Map<string, NodeState>()
  for (let number = 0; number < 5; number++) nodes.set(`n${number}`, nodeState(number, 0))
  const network = {
    networks: (): NetworkSummary[] => [],
    nodes: () => nodes.values(),
    node: (_network: string, node: string) => nodes.get(node),
    blocks: () => [],
    follow: () => undefined,
  }
  const completeness = () => ({ reported: 0, known: 0, oldestMs: 0, dropped: 0 })
  const options = { maxViewers: 10, tickMs: 250, server: 'test', version: '0' }
  const feed = new Feed(options, { clock, meter, sources: { network, alarms: () => [] }, completeness })
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
