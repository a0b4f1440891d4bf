import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkIdOf } from './network-id.ts'

test('a network is known by its chain id, and four bytes of its genesis where that is known', () => {
  const genesis = '0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3'
  assert.equal(networkIdOf(1n), '1')
  assert.equal(networkIdOf('1'), '1')
  assert.equal(networkIdOf(1n, genesis), '1-d4e56740')
  assert.equal(networkIdOf(2n ** 64n, genesis), '18446744073709551616-d4e56740')
})
