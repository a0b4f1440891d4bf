import assert from 'node:assert/strict'
import { clientKinds, PretendChain } from '@headwatch/simulator'
import { joinEthstats } from '../../peers/ethstats-client.ts'
import { until } from '../../peers/until.ts'
import type { DayEvent } from '../day.ts'

const networkId = 4_343

export const everyClientJoins: DayEvent = {
  name: 'clients of every kind tell of one block in their own ways: one network, one block, all in sync',
  async happen({ server, say }) {
    const { api } = server
    const chain = new PretendChain(11)
    const block = chain.seal(Math.floor(Date.now() / 1000))
    const { host } = new URL(api.url)
    const clients = []
    for (const kind of clientKinds) {
      const client = await joinEthstats(host, `day-${kind.name}`, { secret: server.secret, networkId, kind })
      client.send(client.node.block(client.node.blockJson(block)))
      client.send(client.node.stats(3))
      clients.push(client)
    }
    const nodes = await until('every client is in sync', async () => {
      const found = await api.nodesIfAny(String(networkId))
      return found.length === clients.length && found.every(({ activity }) => activity === 'in_sync') && found
    })
    assert.deepEqual(await api.blockHashes(String(networkId)), [block.hash])
    say(`${nodes.length} kinds of clients are in sync on one block`)
    for (const { socket } of clients) socket.close(1000)
  },
}
