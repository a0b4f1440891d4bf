import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { describe, test } from 'node:test'
import { peerAddress, trustedProxies } from './peer-address.ts'

const request = (remoteAddress: string, forwarded?: string) =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage

describe('the address of a peer', () => {
  const isTrusted = trustedProxies(['127.0.0.1', '10.0.0.0/8'])

  test('is the socket’s own where no proxy is trusted', () => {
    assert.equal(peerAddress(request('127.0.0.1', '192.0.2.9'), trustedProxies([])), '127.0.0.1')
  })

  test('is the last hop that is no trusted proxy, whatever stands before it', () => {
    assert.equal(peerAddress(request('127.0.0.1', '203.0.113.5, 192.0.2.9, 10.1.1.1'), isTrusted), '192.0.2.9')
  })

  test('is the proxy’s own when the header is missing or garbage', () => {
    assert.equal(peerAddress(request('127.0.0.1'), isTrusted), '127.0.0.1')
    assert.equal(peerAddress(request('127.0.0.1', '<script>'), isTrusted), '127.0.0.1')
  })

  test('is shown as IPv4 on a dual-stack socket', () => {
    assert.equal(peerAddress(request('::ffff:192.0.2.7', '203.0.113.5'), isTrusted), '192.0.2.7')
  })
})

for (const range of ['', 'localhost', '10.0.0.0/33', '10.0.0.0/x', '300.1.1.1']) {
  test(`refuses the range "${range}"`, () => assert.throws(() => trustedProxies([range]), RangeError))
}
