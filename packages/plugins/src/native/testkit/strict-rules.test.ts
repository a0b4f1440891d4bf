import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type AgentMessage, encodeMessage, encodeRecords, type Hello } from '@headwatch/protocol/native'
import { sampleRecords } from '@headwatch/protocol/testkit'
import { StrictRules, welcomeFor } from './strict-rules.ts'

const hello: Hello = {
  type: 'hello',
  agent: 'eu-1',
  program: 'test',
  token: '',
  streams: [{ stream: 'main', epoch: 'e1', next: 50n }],
  capabilities: [],
}
const lane = 'live'

function data(first: bigint, change: object = {}): AgentMessage {
  const body = encodeRecords({ records: sampleRecords().slice(0, 1) })
  return { type: 'data', stream: 'main', lane, first, count: 1, codec: 'plain', body, ...change }
}

/** Rules of a connection that was welcomed: 10 to 20 are stored. */
function welcomedRules(): StrictRules {
  const rules = new StrictRules()
  rules.judge(encodeMessage(hello), true)
  const welcome = welcomeFor(hello, () => [{ first: 10n, last: 20n }])
  rules.welcomed(hello, { ...welcome, credit: { records: 5, bytes: 100_000 } })
  return rules
}

/** What is wrong with the last of these messages; the ones before must be fine. */
function wrongWith(rules: StrictRules, ...messages: readonly AgentMessage[]): string | undefined {
  let wrong: string | undefined
  for (const message of messages) {
    assert.equal(wrong, undefined)
    const judged = rules.judge(encodeMessage(message), true)
    wrong = 'wrong' in judged ? judged.wrong : undefined
  }
  return wrong
}

const gap = (first: bigint, last: bigint): AgentMessage => ({
  type: 'gap',
  stream: 'main',
  lane,
  first,
  last,
  reason: 'lost',
})

describe('a strict server notices', () => {
  const offences: Readonly<Record<string, readonly [AgentMessage[], RegExp]>> = {
    'a second hello': [[hello], /second/],
    'a stream nobody named': [[data(1n, { stream: 'other' })], /unknown stream/],
    'numbers that fall in a lane that is not quiet': [[data(3n), data(2n)], /2 after 3/],
    'data beyond the declared next number': [[data(51n)], /beyond the declared 50/],
    'a gap that does not end below it': [[gap(30n, 50n)], /not below the declared 50/],
    'what the welcome said is stored': [[data(15n)], /is stored/],
    'more than the credit': [[data(1n, { count: 3 }), data(4n, { count: 3 })], /beyond the credit/],
    'a batch of too many numbers': [[data(1n, { count: 101 })], /101 numbers/],
    'a codec that was not agreed': [[data(1n, { codec: 'zstd' })], /not agreed/],
    'words of a server': [[{ type: 'credit', records: 1, bytes: 1 } as never], /not for servers/],
  }
  for (const [what, [messages, expected]] of Object.entries(offences)) {
    test(what, () => assert.match(wrongWith(welcomedRules(), ...messages) ?? 'nothing', expected))
  }

  test('anything before the welcome', () => {
    assert.match(wrongWith(new StrictRules(), data(1n)) ?? '', /before the welcome/)
    assert.match(wrongWith(new StrictRules(), { type: 'ping', sentAt: 0 }) ?? '', /before the welcome/)
  })

  test('data without credit', () => {
    const rules = welcomedRules()
    rules.creditHolds({ records: 0, bytes: 9 })
    assert.match(wrongWith(rules, data(1n)) ?? '', /without credit/)
  })

  test('text, and what cannot be read', () => {
    assert.deepEqual(welcomedRules().judge(encodeMessage(hello), false), { wrong: 'a text frame' })
    assert.ok('wrong' in welcomedRules().judge(new Uint8Array([0xc1]), true))
  })
})

test('a strict server has nothing against a log that grows, leaps with a word, and repeats in a quiet lane', () => {
  const rules = welcomedRules()
  const messages = [
    data(50n),
    data(51n),
    { type: 'next', stream: 'main', next: 90n } as const,
    gap(60n, 89n),
    data(90n),
  ]
  assert.equal(wrongWith(rules, ...messages), undefined)
  rules.answered(() => true)
  assert.equal(wrongWith(rules, data(50n)), undefined)
})
