import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gapWords } from './gap-words.ts'
import { holesOf } from './holes.ts'

const at = (time: string) => Date.parse(`2026-11-25T${time}Z`)
const chart = (title: string, ...times: readonly string[]) => ({
  title,
  times: times.map((time) => at(time) / 1000),
  values: times.map(() => 1),
})

test('a hole is where no chart has anything, also at the end', () => {
  const peers = chart('Peers', '14:00:00', '14:01:00', '14:02:00', '14:09:00', '14:10:00')
  const cpu = chart('CPU', '14:00:30', '14:01:30', '14:08:30', '14:10:30')
  assert.deepEqual(holesOf([peers, cpu], 60_000, at('14:00:00'), at('14:15:00')), [
    { from: at('14:02:00'), to: at('14:08:30') },
    { from: at('14:10:30'), to: at('14:15:00') },
  ])
  assert.deepEqual(holesOf([], 60_000, 0, 1e9), [])
})

test('what never came is told in plain words, with the hole that is most likely its own', () => {
  const gap = { records: 12n, reason: 'wrapped', storedAt: at('14:10:00') }
  const holes = [
    { from: at('13:00:00'), to: at('13:01:00') },
    { from: at('14:02:00'), to: at('14:09:00') },
    { from: at('14:11:00'), to: at('14:15:00') },
  ]
  assert.equal(
    gapWords(gap, holes),
    '12 records never came, most likely those of 14:02 to 14:09 UTC: given up by the agent’s queue, oldest first (wrapped).',
  )
  assert.match(gapWords(gap, [{ from: at('14:02:10'), to: at('14:02:50') }]), /those of 14:02:10 to 14:02:50 UTC/)
  assert.equal(
    gapWords({ ...gap, records: 1n, reason: 'evaporated' }, []),
    '1 record never came, as told at 14:10 UTC: the agent says: evaporated.',
  )
})
