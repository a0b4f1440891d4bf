import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { decodeMessage, decodeRecords, encodeMessage, encodeRecords } from '@headwatch/protocol/native'

const page = readFileSync('docs/native-protocol.md', 'utf8')
const frames = [...page.matchAll(/^([a-z]+) +([0-9a-f]{8,})$/gm)].map(([, name = '', hex = '']) => ({
  name,
  bytes: Uint8Array.from(Buffer.from(hex, 'hex')),
}))

test('the example of the protocol page is what is spoken, frame by frame', () => {
  assert.deepEqual(
    frames.map(({ name }) => name),
    ['hello', 'welcome', 'data', 'ping', 'pong', 'ack', 'next', 'gap', 'bye'],
  )
  for (const { name, bytes } of frames) {
    const decoded = decodeMessage(bytes)
    assert.ok(decoded.ok, name)
    assert.equal(decoded.message.type, name)
    assert.deepEqual(encodeMessage(decoded.message), bytes, name)
    if (decoded.message.type !== 'data') continue
    const body = decodeRecords(decoded.message.body, decoded.message.count)
    assert.ok(body.ok)
    assert.deepEqual(encodeRecords(body), decoded.message.body)
    assert.deepEqual(
      body.records.map(({ type, at }) => [type, at]),
      [
        ['metrics', 1_795_000_000_000],
        ['log', 1_795_000_000_250],
      ],
    )
  }
})

test('the explanation of a frame on the protocol page is of all its bytes', () => {
  for (const name of ['hello', 'welcome']) {
    const frame = frames.find((candidate) => candidate.name === name)
    const block = page.split(`${name.padEnd(9)}${Buffer.from(frame?.bytes ?? []).toString('hex')}`)[1]?.split('```')[2]
    const explained = (block ?? '')
      .split('\n')
      .map((line) => /^((?: *[0-9a-f]{2,})+)(?: {3,}|$)/.exec(line)?.[1] ?? '')
      .join('')
      .replaceAll(' ', '')
    assert.equal(explained, Buffer.from(frame?.bytes ?? []).toString('hex'), name)
  }
})
