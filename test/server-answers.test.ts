import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, test } from 'node:test'
import { applyDelta, type FeedMessage, type ViewContent } from '@headwatch/protocol/reporting'
import { WebSocket } from 'ws'
import { joinEthstats } from './peers/ethstats-client.ts'
import { startTestServer } from './peers/in-process-server.ts'
import { peerProgram } from './peers/peer-program.ts'
import { until } from './peers/until.ts'

const json = async (url: string) => {
  const reply = await fetch(url)
  return {
    status: reply.status,
    body: (await reply.json()) as Record<string, never> & { items: Record<string, unknown>[] },
  }
}

/** A viewer that follows one view, and may forget to confirm what it sees. */
async function viewer(host: string, confirms = true) {
  const socket = new WebSocket(`ws://${host}/api/v1/feed`)
  const messages: FeedMessage[] = []
  const state: { content?: ViewContent } = {}
  socket.on('message', (frame: Buffer) => {
    const message = JSON.parse(frame.toString()) as FeedMessage
    messages.push(message)
    if (message.type === 'snapshot') state.content = message.content
    if (message.type === 'delta' && state.content !== undefined)
      state.content = applyDelta(state.content, message.delta)
    if (confirms && 'tick' in message) socket.send(JSON.stringify({ type: 'seen', tick: message.tick }))
  })
  await once(socket, 'open')
  const say = (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  return { socket, messages, state, say, [Symbol.dispose]: () => socket.terminate() }
}

describe('a server with one ethstats client', () => {
  test('shows it by API and feed, keeps its history, and remembers it', async () => {
    await using running = await startTestServer()
    const { url, host } = running
    using client = await joinEthstats(host, 'geth-a')
    using watching = await viewer(host)
    client.tellBlock()
    client.send(client.node.stats(17))
    const network = await until('the node has a head', async () => {
      const { body } = await json(`${url}/api/v1/networks`)
      return body.items?.find((item) => item['head'] !== undefined)
    })
    assert.partialDeepStrictEqual(network, { network: '1337', nodes: 1, head: { firstSeenBy: 'geth-a' } })

    const question = {
      of: 'nodes',
      network: '1337',
      filter: {},
      sort: { by: 'name', direction: 'ascending' },
      window: { offset: 0, count: 10 },
    }
    watching.say({ type: 'subscribe', view: 'a', question })
    await until(
      'the feed shows the node',
      () => watching.state.content?.kind === 'rows' && watching.state.content.total === 1,
    )
    client.send(client.node.stats(18))
    await until('the feed shows its peers', () => JSON.stringify(watching.state.content).includes('"peers":18'))

    const node = await json(`${url}/api/v1/networks/1337/nodes/geth-a`)
    assert.partialDeepStrictEqual(node.body, {
      item: { node: 'geth-a', peers: 18 },
      completeness: { reported: 1, known: 1, dropped: 0 },
    })
    const history = await until('the store has both readings', async () => {
      const { body } = await json(`${url}/api/v1/networks/1337/nodes/geth-a/history?names=peers_count&points=1`)
      const [series] = body['series'] as unknown as { points: { count: number }[] }[]
      return series?.points[0]?.count === 2 && series.points[0]
    })
    assert.partialDeepStrictEqual(history, { min: 17, max: 18, last: 18 })
  })
})

describe('the API', () => {
  test('answers mistakes with a code and a sentence, and never with more', async () => {
    await using running = await startTestServer()
    using client = await joinEthstats(running.host, 'geth-a')
    client.tellBlock()
    await until(
      'the network is known',
      async () => (await json(`${running.url}/api/v1/networks`)).body.items.length === 1,
    )
    const cases: [string, number, string][] = [
      ['/api/v1/nothing', 404, 'no_such_path'],
      ['/api/v1/networks/9', 404, 'no_such_network'],
      ['/api/v1/networks/1337/nodes/nobody', 404, 'no_such_node'],
      ['/api/v1/networks/1337/nodes?limit=0', 400, 'bad_request'],
      ['/api/v1/gaps?limit=0', 400, 'bad_request'],
      ['/api/v1/networks/1337/nodes?sort=colour', 400, 'bad_request'],
      ['/api/v1/networks/1337/nodes?cursor=x', 400, 'bad_cursor'],
      ['/api/v1/networks/1337/nodes/geth-a/history?names=a&from=5&to=4', 400, 'bad_range'],
      ['/api/v1/networks/1337/nodes/geth-a/history', 400, 'bad_request'],
      [`/api/v1/networks/${'x'.repeat(300)}`, 414, 'bad_address'],
      ['/api/v1/networks/%E0%A4%A', 400, 'bad_address'],
    ]
    for (const [path, status, code] of cases) {
      const answer = await json(running.url + path)
      const error = answer.body['error'] as unknown as { code: string; message: string } | undefined
      assert.deepEqual([path.slice(0, 60), answer.status, error?.code], [path.slice(0, 60), status, code])
      assert.doesNotMatch(error?.message ?? '', /\n|node_modules/)
    }
  })

  test('pages through nodes without losing or repeating one', async () => {
    await using running = await startTestServer()
    const names = Array.from({ length: 7 }, (_, index) => `node-${index}`)
    const clients = await Promise.all(names.map((name) => joinEthstats(running.host, name)))
    for (const client of clients) client.send(client.node.stats(1))
    await until(
      'all nodes are known',
      async () => (await json(`${running.url}/api/v1/networks`)).body.items[0]?.['nodes'] === 7,
    )
    const seen: unknown[] = []
    let cursor = ''
    do {
      const { body } = await json(`${running.url}/api/v1/networks/1337/nodes?limit=3${cursor}`)
      seen.push(...body.items.map((item) => item['node']))
      cursor = body['next'] === undefined ? '' : `&cursor=${body['next']}`
    } while (cursor !== '')
    for (const client of clients) client[Symbol.dispose]()
    assert.deepEqual(seen, names)
  })

  test('describes itself, says that it is alive and ready, and counts', async () => {
    await using running = await startTestServer()
    const { body } = await json(`${running.url}/api/v1/openapi.json`)
    const paths = Object.keys(body['paths'] ?? {})
    assert.ok(paths.includes('/api/v1/networks/{network}/nodes/{node}/history'), paths.join())
    assert.deepEqual((await json(`${running.url}/api/v1/gaps`)).body.items, [])
    assert.deepEqual((await json(`${running.url}/healthz`)).body, { alive: true })
    assert.deepEqual((await json(`${running.url}/readyz`)).body, { ready: true, problems: [] })
    const metrics = await (await fetch(`${running.url}/metrics`)).text()
    assert.match(metrics, /^headwatch_process_resident_memory_bytes \d+$/m)
  })

  const promtool = peerProgram('promtool')
  test('gives metrics that Prometheus itself finds nothing wrong with', { skip: promtool.skip }, async () => {
    await using running = await startTestServer()
    using client = await joinEthstats(running.host, 'geth-a')
    client.tellBlock()
    const input = await until('something is counted', async () => {
      const text = await (await fetch(`${running.url}/metrics`)).text()
      return text.includes('headwatch_stored_total') && text
    })
    const { status, stdout, stderr } = spawnSync(promtool.path ?? '', ['check', 'metrics'], { input, encoding: 'utf8' })
    assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: '', stderr: '' })
  })
})

test('a peer that was refused and keeps its side open cannot keep the server from stopping', async () => {
  const running = await startTestServer()
  const { port } = new URL(running.url)
  const peer = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true })
  peer.write('GET /nope HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
  const [answer] = (await once(peer, 'data')) as [Buffer]
  assert.match(answer.toString(), /^HTTP\/1\.1 404 /)
  await running[Symbol.asyncDispose]()
  peer.destroy()
})

describe('the feed', () => {
  test('refuses what it does not understand and goes on', async () => {
    await using running = await startTestServer()
    using watching = await viewer(running.host)
    const nonsense = [
      '',
      'null',
      '[]',
      '{}',
      '{"type":"subscribe"}',
      '{"type":"seen","tick":-1}',
      '{"type":"window","view":"x","window":{"offset":0,"count":1}}',
    ]
    for (const frame of nonsense) watching.say(frame)
    watching.say({ type: 'subscribe', view: 'big', question: { of: 'blocks', network: '1', count: 1_000_000 } })
    await until(
      'every frame is refused',
      () => watching.messages.filter(({ type }) => type === 'refused').length === nonsense.length + 1,
    )
    watching.say({ type: 'subscribe', view: 'n', question: { of: 'networks' } })
    await until('a view is answered', () => watching.state.content !== undefined)
  })

  test('holds a viewer to sixteen views', async () => {
    await using running = await startTestServer()
    using watching = await viewer(running.host)
    for (let view = 0; view < 17; view++)
      watching.say({ type: 'subscribe', view: `${view}`, question: { of: 'networks' } })
    await until('one is refused', () =>
      watching.messages.some((message) => message.type === 'refused' && message.view === '16'),
    )
  })

  test('closes a connection whose frame is too long, and no other', async () => {
    await using running = await startTestServer()
    using watching = await viewer(running.host)
    using other = await viewer(running.host)
    watching.say('x'.repeat(100_000))
    await once(watching.socket, 'close')
    other.say({ type: 'subscribe', view: 'n', question: { of: 'networks' } })
    await until('the other is answered', () => other.state.content !== undefined)
  })

  test('thins a viewer that does not confirm what it is sent', async () => {
    await using running = await startTestServer({ settings: { feedEveryMs: 100 } })
    using client = await joinEthstats(running.host, 'geth-a')
    using watching = await viewer(running.host, false)
    watching.say({ type: 'subscribe', view: 's', question: { of: 'networks' } })
    await until('it is told so', () => {
      client.tellBlock()
      return watching.messages.some((message) => message.type === 'pace' && message.reason === 'viewer_behind')
    })
  })
})
