import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { checkCollector, collectOnce } from '@headwatch/sdk/testkit'
import { beaconPeers } from './beacon-peers.ts'

const counts = '{"data":{"disconnected":"7","connecting":"1","connected":"51","disconnecting":"0"}}'

async function beaconThatAnswers(status: number, body: string) {
  const server = createServer((_request, response) => response.writeHead(status).end(body)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const config = { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
  return {
    config,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}

checkCollector(beaconPeers, {
  peer: () => beaconThatAnswers(200, counts),
  pointedAt: (address) => ({ endpoint: `http://${address}` }),
  invalid: [{ endpoint: 'not an address' }, { endpoints: 'http://127.0.0.1:5052' }],
})

test('counts peers by the state of their connection', async () => {
  await using beacon = await beaconThatAnswers(200, counts)
  assert.deepEqual(await collectOnce(beaconPeers, beacon.config), [
    {
      type: 'metrics',
      readings: {
        beacon_peers_connected_count: 51,
        beacon_peers_connecting_count: 1,
        beacon_peers_disconnecting_count: 0,
        beacon_peers_disconnected_count: 7,
      },
    },
  ])
})

test('asks to be retried when the beacon node is unwell', async () => {
  await using beacon = await beaconThatAnswers(503, '')
  await assert.rejects(collectOnce(beaconPeers, beacon.config), { name: 'RetryableError' })
})

test('rejects a reply it does not understand', async () => {
  await using beacon = await beaconThatAnswers(200, '{"data":{"connected":"many"}}')
  await assert.rejects(collectOnce(beaconPeers, beacon.config), { name: 'RejectedError' })
})

test('stops reading a reply without end', async () => {
  await using beacon = await beaconThatAnswers(200, ' '.repeat(1_000_000))
  await assert.rejects(collectOnce(beaconPeers, beacon.config), { name: 'RetryableError' })
})
