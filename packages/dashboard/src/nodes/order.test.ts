import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holdOrder, movesWaiting, widened } from './order.ts'

const rows = (text: string, value: number) => [...text].map((key) => ({ key, value }))
const stretch = (text: string, offset = 0) => ({ offset, rows: rows(text, 1) })

test('a held list keeps its order and takes new values', () => {
  assert.deepEqual(holdOrder(rows('abc', 1), rows('cab', 2)), rows('abc', 2))
})

test('a row that left a held list stays with its last value', () => {
  assert.deepEqual(holdOrder(rows('ab', 1), rows('bd', 2)), [...rows('a', 1), ...rows('b', 2)])
})

test('the moves that wait are the rows that stand elsewhere', () => {
  assert.equal(movesWaiting(stretch('abcd'), stretch('abdc')), 2)
  assert.equal(movesWaiting(stretch('bc', 1), stretch('abcd')), 0)
  assert.equal(movesWaiting(undefined, stretch('ab')), 0)
})

test('a widened window stays inside the list', () => {
  assert.deepEqual(widened({ offset: 300, count: 60 }, 30_000), { offset: 100, count: 460 })
  assert.deepEqual(widened({ offset: 550, count: 50 }, 600), { offset: 350, count: 250 })
  assert.deepEqual(widened({ offset: 10, count: 20 }, 40), { offset: 0, count: 40 })
})
