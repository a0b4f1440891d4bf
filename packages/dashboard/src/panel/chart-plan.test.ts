import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planCharts } from './chart-plan.ts'
import { readHistory } from './history.ts'

test('charts come in the order of the plan, only those with data, each label set its own', () => {
  const point = { at: 1_000, mean: 0.5 }
  const charts = planCharts(
    [
      { name: 'disk_used_bytes', labels: { mount: '/\u202e' }, points: [{ at: 1_000, mean: 2 ** 31 }] },
      { name: 'cpu_used_ratio', labels: {}, points: [point] },
      { name: 'latency_ms', labels: {}, points: [] },
      { name: 'weather', labels: {}, points: [point] },
    ],
    1_000,
  )
  assert.deepEqual(charts, [
    { title: 'CPU, %', times: [1], values: [50] },
    { title: 'Disk used, GiB, /‹U+202E›', times: [1], values: [2] },
  ])
})

test('a stretch without readings is a hole in the line, never a straight bridge', () => {
  const points = [1, 2, 3, 7].map((second) => ({ at: second * 1_000, mean: second }))
  const [chart] = planCharts([{ name: 'peers_count', labels: {}, points }], 1_000)
  assert.deepEqual(chart?.times, [1, 2, 3, 4, 7])
  assert.deepEqual(chart?.values, [1, 2, 3, null, 7])
})

test('a reading that comes at each third slot is a whole line', () => {
  const points = [0, 3, 6, 9].map((second) => ({ at: second * 1_000, mean: second }))
  const [chart] = planCharts([{ name: 'peers_count', labels: {}, points }], 1_000)
  assert.deepEqual(chart?.values, [0, 3, 6, 9])
})

test('what has another shape is left out of an answer', () => {
  assert.deepEqual(readHistory(null), { series: [], gaps: [] })
  const gap = { first: '5', last: '9007199254740999', reason: 'wrapped', storedAt: 1 }
  assert.deepEqual(readHistory({ series: [1, { name: 'x' }], gaps: [gap, 7, { ...gap, last: 'x' }] }), {
    series: [],
    gaps: [{ records: 9_007_199_254_740_995n, reason: 'wrapped', storedAt: 1 }],
  })
})
