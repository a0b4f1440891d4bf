import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { AlarmTransition } from './alarm.ts'
import { AlarmBook } from './alarm-book.ts'
import { checkAlarmBook } from './testkit/check-alarm-book.ts'

checkAlarmBook('the alarm book', (capacity) => new AlarmBook(capacity), fc)

const key = { resource: 'node/a', alarmType: 'node_silent', qualifier: '' }
const step = (
  change: AlarmTransition['change'],
  version: number,
  rest: Partial<AlarmTransition> = {},
): AlarmTransition => ({
  type: 'alarm',
  key,
  change,
  version,
  severity: 'major',
  text: 'silent',
  ...rest,
})

test('an alarm keeps the time it was raised through every change of one life', () => {
  const book = new AlarmBook()
  book.apply(step('raised', 1, { at: 10 }), 0)
  book.apply(step('changed', 2, { at: 20, severity: 'critical' }), 0)
  book.apply(step('raised', 3, { at: 30 }), 0)
  assert.equal(book.get(key)?.raisedAt, 10)
  book.apply(step('cleared', 4, { at: 40 }), 0)
  book.apply(step('raised', 5, { at: 50 }), 0)
  assert.equal(book.get(key)?.raisedAt, 50)
  assert.equal(book.get(key)?.clearedAt, undefined)
})

test('a step without a time of its own happens now', () => {
  const book = new AlarmBook()
  assert.equal(book.apply(step('raised', 1), 77)?.changedAt, 77)
})

test('an alarm that is shelved comes back when it is unshelved', () => {
  const book = new AlarmBook()
  book.apply(step('raised', 1), 0)
  assert.equal(book.apply(step('shelved', 2, { shelvedUntil: 99 }), 0)?.shelvedUntil, 99)
  assert.equal(book.apply(step('unshelved', 3), 0)?.shelvedUntil, undefined)
})

test('what is restored is replaced by newer steps only', () => {
  const book = new AlarmBook()
  const [alarm] = [new AlarmBook().apply(step('raised', 5), 1)]
  assert.ok(alarm !== undefined)
  book.restore(alarm)
  assert.equal(book.apply(step('cleared', 4), 2), undefined)
  assert.equal(book.apply(step('cleared', 6), 2)?.condition, 'cleared')
  book.restore(alarm)
  assert.equal(book.get(key)?.condition, 'cleared')
})

test('a step that was told before is no news to an alarm that does not say what it was last raised or cleared by', () => {
  const book = new AlarmBook()
  const { conditionVersion: _lost, ...alarm } = new AlarmBook().apply(step('cleared', 5), 1) ?? assert.fail()
  book.restore(alarm)
  assert.equal(book.apply(step('raised', 4), 2), undefined)
  assert.equal(book.get(key)?.condition, 'cleared')
})
