import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nativeEndpoint } from './native-endpoint.ts'

const cases: Readonly<Record<string, string>> = {
  'http://10.0.0.1:3000': 'ws://10.0.0.1:3000/agent',
  'https://stats.example': 'wss://stats.example/agent',
  'https://stats.example/': 'wss://stats.example/agent',
  'ws://[::1]:3000': 'ws://[::1]:3000/agent',
  'wss://stats.example/agent': 'wss://stats.example/agent',
  'https://example/watch/': 'wss://example/watch/agent',
  'stats.example': 'stats.example',
  'ftp://stats.example': 'ftp://stats.example',
}
for (const [given, expected] of Object.entries(cases)) {
  test(`an agent told of ${given} speaks to ${expected}`, () => assert.equal(nativeEndpoint(given), expected))
}
