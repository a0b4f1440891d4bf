import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TelemetryRecord } from '@headwatch/protocol'
import { MemoryQueue } from './memory-queue.ts'
import { checkQueue } from './queue-checker.ts'

const source = { agent: 'agent', stream: 'main', epoch: 'e' }

checkQueue('memory', ({ limits, whenFull }) => new MemoryQueue(source, { limits, whenFull }))

const logEntry = (message: string): TelemetryRecord => ({
  type: 'log',
  origin: { agent: 'a', node: 'n' },
  at: 1,
  severity: 6,
  application: 'test',
  message,
})

test('is bounded in bytes as well as in records', async () => {
  const limits = { records: 1_000, bytes: 10_000 }
  await using queue = new MemoryQueue(source, { limits, whenFull: 'drop_oldest' })
  const reader = queue.reader('one')
  for (let count = 0; count < 50; count++) await queue.put([logEntry('x'.repeat(1_000))])
  assert.ok(reader.status().live.bytes <= limits.bytes)
  assert.ok(reader.status().live.records > 0)
})

test('lets a record go that alone is over the bound instead of waiting for ever', async () => {
  const limits = { records: 10, bytes: 1_000 }
  await using queue = new MemoryQueue(source, { limits, whenFull: 'wait' })
  queue.reader('one')
  assert.deepEqual(await queue.put([logEntry('x'.repeat(5_000)), logEntry('short')]), { accepted: 1, dropped: 1 })
})

test('holds nothing that no destination waits for', async () => {
  const limits = { records: 2, bytes: 10_000 }
  await using queue = new MemoryQueue(source, { limits, whenFull: 'wait' })
  for (let count = 0; count < 10; count++) await queue.put([logEntry('a'), logEntry('b')])
  const late = queue.reader('late')
  assert.deepEqual(late.status().live.records, 0)
})

test('refuses a bound that holds nothing', () => {
  const limits = { records: 0, bytes: 1 }
  assert.throws(() => new MemoryQueue(source, { limits, whenFull: 'wait' }), RangeError)
})
