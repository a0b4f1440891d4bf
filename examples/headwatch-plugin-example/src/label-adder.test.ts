import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MetricSet, TelemetryRecord } from '@headwatch/sdk'
import { checkedConfig, checkProcessor, fakeHost } from '@headwatch/sdk/testkit'
import { labelAdder } from './label-adder.ts'

checkProcessor(labelAdder, {
  config: { labels: { site: 'frankfurt' } },
  invalid: [{ labels: { site: 7 } }, { label: {} }],
})

test('adds its labels to metric sets, and never over one that is there', async () => {
  const labels = { site: 'frankfurt', rack: 'r1' }
  const adder = labelAdder.create(await checkedConfig(labelAdder.config, { labels }), fakeHost())
  const set: TelemetryRecord<MetricSet> = {
    type: 'metrics',
    origin: { agent: 'eu-1', node: 'geth-a' },
    at: 0,
    readings: { peers_count: 3 },
    labels: { rack: 'r9' },
  }
  const after = adder.process(set, () => undefined)
  assert.deepEqual(after, { ...set, labels: { site: 'frankfurt', rack: 'r9' } })
})
