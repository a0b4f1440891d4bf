import assert from 'node:assert/strict'
import { test } from 'node:test'
import { holdOrder, movesWaiting } from './order.ts'

const rows = (text: string, value: number) => [...text].map((key) => ({ key, value }))

test('a held list keeps its order and takes new values', () => {
  const held = holdOrder(rows('abc', 1), rows('cab', 2))
  assert.deepEqual(held, rows('abc', 2))
})

test('a row that left a held list stays with its last value', () => {
  assert.deepEqual(holdOrder(rows('ab', 1), rows('bd', 2)), [...rows('a', 1), ...rows('b', 2)])
})

test('the moves that wait are the rows that stand elsewhere', () => {
  assert.equal(movesWaiting(rows('abcd', 1), rows('abdc', 2)), 2)
  assert.equal(movesWaiting(rows('ab', 1), rows('ab', 2)), 0)
  assert.equal(movesWaiting(undefined, rows('ab', 2)), 0)
})
