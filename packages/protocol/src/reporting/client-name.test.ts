import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { clientName } from './client-name.ts'

describe('a client text', () => {
  const cases: readonly [string, string][] = [
    ['Geth/v1.17.0-stable/linux-amd64/go1.24', 'Geth 1.17.0'],
    ['Nethermind/v1.34.1+abc/linux-x64/dotnet9', 'Nethermind 1.34.1'],
    ['besu/v25.9.0/linux-x86_64/openjdk-java-21', 'besu 25.9.0'],
    ['erigon/3.2.1/linux', 'erigon 3.2.1'],
    ['strange', 'strange'],
    ['', ''],
  ]
  for (const [text, name] of cases)
    test(`${JSON.stringify(text)} reads ${name}`, () => assert.equal(clientName(text), name))
})
