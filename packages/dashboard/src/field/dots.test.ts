import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { dotCount, dotKinds, dotsOf } from './dots.ts'
import { sweepAt } from './sweep.ts'
import { freshness, reachedMs, waveOf } from './wave.ts'

const group = {
  nodes: 12,
  byActivity: { in_sync: 6, behind: 1, syncing: 0, other_head: 0, silent: 4, unknown: 1 },
  taken: [3, 2, 41, 1],
  untimed: 1,
  unclear: 3,
}

describe('the dots of a group', () => {
  test('stand in order: who took the head first, who waits, and at the end who deviates', () => {
    const { kinds, delaysMs, places } = dotsOf(group, 1)
    assert.deepEqual(
      Array.from(kinds, (kind) => dotKinds[kind]),
      [
        'taken',
        'taken',
        'taken',
        'untimed',
        'waiting',
        'waiting',
        'unknown',
        'behind',
        'unclear',
        'unclear',
        'unclear',
        'silent',
      ],
    )
    assert.deepEqual([...delaysMs].slice(0, 4), [30, 35, 410, 0])
    assert.deepEqual([...places], [0, 1, 2, 3, 4, 5, 0, 0, 0, 1, 2, 3])
  })

  test('may stand for four nodes each, and what deviates still has one', () => {
    const { kinds, places } = dotsOf(group, 4)
    assert.deepEqual(
      Array.from(kinds, (kind) => dotKinds[kind]),
      ['taken', 'waiting', 'unknown', 'behind', 'unclear'],
    )
    assert.deepEqual([...places], [0, 4, 0, 0, 0])
  })

  test('are as many as counted', () => {
    const count = fc.nat(40)
    const made = fc.record({
      taken: count,
      untimed: count,
      waiting: count,
      behind: count,
      unclear: count,
      silent: count,
    })
    fc.assert(
      fc.property(made, fc.constantFrom(1, 4, 16), ({ taken, untimed, waiting, behind, unclear, silent }, per) => {
        const in_sync = taken + untimed + waiting
        const byActivity = { in_sync, behind, syncing: 0, other_head: 0, silent: silent + unclear, unknown: 0 }
        const nodes = in_sync + behind + silent + unclear
        const made = { nodes, byActivity, taken: taken === 0 ? [] : [7, taken], untimed, unclear }
        assert.equal(dotsOf(made, per).kinds.length, dotCount(made, per))
        assert.equal(dotCount(made, 1), nodes)
      }),
    )
  })
})

describe('a wave', () => {
  test('is as slow as lets it end before the next block', () => {
    assert.deepEqual(
      [undefined, 12, 5, 3, 1].map((blockTimeS) => waveOf(0, blockTimeS).slower),
      [4, 4, 4, 2, 1],
    )
  })

  test('reaches a dot after its delay, slowed down, and lets it cool', () => {
    const wave = waveOf(1_000, 12)
    assert.equal(reachedMs(wave, 1_400), 100)
    assert.equal(reachedMs(wave, 900), 0)
    assert.deepEqual(
      [101, 100, 40, 0].map((delayMs) => freshness(wave, 100, delayMs) > 0),
      [false, true, true, true],
    )
    assert.ok(freshness(wave, 100, 101) < 0)
    assert.equal(freshness(wave, 500, 100), 0)
  })

  test('is told by the share of those that are heard', () => {
    assert.deepEqual(sweepAt({ groups: [group] }, 100), { share: 3 / 8, lastMs: 30 })
    assert.deepEqual(sweepAt({ groups: [group] }, Number.POSITIVE_INFINITY), { share: 4 / 8, lastMs: 410 })
    assert.deepEqual(sweepAt({ groups: [] }, 100), { share: 0 })
  })
})
