import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeHost } from '@headwatch/sdk/testkit'
import { networkProcessor } from './network-processor.ts'
import { NetworkState } from './network-state.ts'
import { head, header, network, start } from './testkit.ts'

test('the processor hands on canonical names and lets time pass by the host’s clock', async () => {
  const host = fakeHost()
  const state = new NetworkState({ startedAt: host.clock.now() })
  const processor = networkProcessor(state).create({}, host)
  const emit = () => assert.fail('it adds nothing')
  processor.process(head('a', header(1)), emit)
  const named = processor.process(head('b', header(1), { network: '1', at: start }), emit)
  assert.equal(named?.origin.network, network)
  await host.clock.advance(31_000)
  processor.tick?.(emit)
  assert.equal(state.reader.networks()[0]?.byActivity.silent, 2)
})
