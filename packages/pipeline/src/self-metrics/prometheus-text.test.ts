import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { MetricRegistry } from './metric-registry.ts'
import { pluginMeter } from './plugin-meter.ts'
import { processProbe } from './process-probe.ts'
import { prometheusText } from './prometheus-text.ts'

const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)$/

/** What every parser of format 0.0.4 asks of a text. Returns the number of samples. */
function check(text: string): number {
  assert.ok(text === '' || text.endsWith('\n'), 'ends in a line feed')
  const seen = new Set<string>()
  let family: { name: string; type: string } | undefined
  for (const line of text.split('\n').slice(0, -1)) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (keyword === 'HELP') assert.ok(rest.length > 0, `help of ${name}`)
    else if (keyword === 'TYPE') {
      assert.ok(!seen.has(name), `${name} is one group`)
      seen.add(name)
      family = { name, type: rest }
      assert.equal(rest === 'counter', name.endsWith('_total'), `${name} is a ${rest}`)
    } else {
      const [, of, labels = '', value = ''] = sample.exec(line) ?? assert.fail(`not a sample: ${line}`)
      assert.equal(of, family?.name)
      assert.ok(value === '+Inf' || value === '-Inf' || value === 'NaN' || Number.isFinite(Number(value)))
      assert.ok(!seen.has(`${of}{${labels}}`), `${line} comes once`)
      seen.add(`${of}{${labels}}`)
    }
  }
  return [...seen].filter((entry) => entry.includes('{')).length
}

describe('the exposition', () => {
  test('is what every Prometheus reads, whatever plugins count', () => {
    const labels = fc.dictionary(
      fc.oneof(fc.constantFrom('a-', 'a.', '', '9'), fc.string()),
      fc.constantFrom('', 'x', '"\\\n'),
      { maxKeys: 3 },
    )
    const call = fc.record({
      name: fc.oneof(fc.string(), fc.stringMatching(/^[a-z_]{1,12}$/)),
      value: fc.double(),
      labels,
    })
    fc.assert(
      fc.property(fc.array(call), (calls) => {
        const registry = new MetricRegistry()
        const meter = pluginMeter(registry, 'statsd', 'statsd/one')
        for (const { name, value, labels } of calls) {
          meter.count(name, value, labels)
          meter.set(name, value, labels)
        }
        check(prometheusText(registry.read()))
      }),
    )
  })

  test('tells how the process is', () => {
    const registry = new MetricRegistry()
    using probe = processProbe()
    registry.probe(probe.read)
    const text = prometheusText(registry.read())
    assert.ok(check(text) >= 4)
    for (const { name } of registry.read()) assert.match(name, /_(seconds|bytes|seconds_total)$/)
    assert.match(text, /^headwatch_process_resident_memory_bytes [1-9]\d+$/m)
  })
})

describe('a plugin’s meter', () => {
  test('keeps to its own names, labels its instance and spells units out', () => {
    const registry = new MetricRegistry()
    const meter = pluginMeter(registry, 'ethstats', 'ethstats/old')
    meter.count('refused', 2, { reason: 'bad_json' })
    meter.set('round_trip_ms', 250)
    meter.set('peers_count', 7)
    meter.count('headwatch_ethstats_sent_total')
    meter.count('headwatch_stored_total')
    const values = registry.read().flatMap(({ name, series }) => series.map(({ value }) => [name, value]))
    assert.deepEqual(values, [
      ['headwatch_ethstats_peers', 7],
      ['headwatch_ethstats_refused_total', 2],
      ['headwatch_ethstats_round_trip_seconds', 0.25],
      ['headwatch_ethstats_sent_total', 1],
      ['headwatch_ethstats_stored_total', 1],
    ])
    assert.equal(registry.total('headwatch_ethstats_refused_total', { instance: 'ethstats/old' }), 2)
  })
})

describe('the registry', () => {
  test('stays bounded, and keeps the sum, however many labels come', () => {
    const registry = new MetricRegistry()
    for (let peer = 0; peer < 5_000; peer++) registry.count('seen_total', 1, { peer: String(peer) })
    assert.equal(registry.total('seen_total'), 5_000)
    assert.ok((registry.read()[0]?.series.length ?? 0) <= 1_001)
  })

  test('stays bounded however many names come, and says that it refused', () => {
    const registry = new MetricRegistry()
    for (let index = 0; index < 5_000; index++) registry.set(`metric_${index}`, 1)
    assert.ok(registry.read().length <= 2_001)
    assert.equal(registry.total('headwatch_refused_readings_total'), 3_000)
  })

  test('never lets a counter go back', () => {
    const registry = new MetricRegistry()
    registry.count('seen_total', 3)
    registry.count('seen_total', -1)
    registry.count('seen_total', Number.NaN)
    assert.equal(registry.total('seen_total'), 3)
  })
})
