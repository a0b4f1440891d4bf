import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { ageText, timeOfDay, wholeAgeText } from './ages.ts'
import { blockTail, countOf, countText, durationText, gweiText, percentText, shortNumber } from './numbers.ts'
import { percentileOf } from './percentile.ts'
import { shortHash } from './short-hash.ts'
import { stalenessOf } from './staleness.ts'
import { visibleText } from './visible-text.ts'

describe('an age', () => {
  const cases: readonly [number, string][] = [
    [-500, '0.0 s'],
    [3_240, '3.2 s'],
    [9_960, '10 s'],
    [59_600, '1 m 00 s'],
    [134_000, '2 m 14 s'],
    [14 * 60_000, '14 m'],
    [6 * 3_600_000 + 2 * 60_000, '6 h 02 m'],
    [76 * 3_600_000, '3 d 04 h'],
    [41 * 86_400_000, '41 d'],
  ]
  for (const [ms, text] of cases) test(`of ${ms} ms reads ${text}`, () => assert.equal(ageText(ms), text))

  test('that counts whole seconds shows no tenths', () => {
    assert.equal(wholeAgeText(3_400), '3 s')
    assert.equal(wholeAgeText(134_000), '2 m 14 s')
  })

  test('turns minor after three intervals and major after ten', () => {
    assert.deepEqual(
      [3_000, 3_001, 10_001].map((ageMs) => stalenessOf(ageMs, 1_000)),
      ['fresh', 'minor', 'major'],
    )
    assert.equal(stalenessOf(1e9, undefined), 'fresh')
  })
})

describe('a number', () => {
  test('is grouped, also beyond 2^53', () => {
    assert.equal(countText('12345678901234567890'), '12,345,678,901,234,567,890')
    assert.equal(countText(999), '999')
    assert.equal(countOf(1, 'node'), '1 node')
  })

  test('of a block keeps its end, where it is long', () => {
    assert.equal(blockTail('18204977'), '…977')
    assert.equal(blockTail('0'), '0')
  })

  test('that is not all never reads as all', () => {
    assert.equal(percentText(0.99999), '99.9 %')
    assert.equal(percentText(1), '100 %')
    assert.equal(percentText(0), '0 %')
  })

  test('keeps its unit in reach', () => {
    assert.equal(durationText(412.4), '412 ms')
    assert.equal(durationText(1_240), '1.24 s')
    assert.equal(gweiText('1240000000'), '1.24 gwei')
    assert.equal(gweiText('0'), '0 gwei')
    assert.deepEqual([18.42, 1.9, 0.00421, 1902].map(shortNumber), ['18.4', '1.90', '0.0042', '1,902'])
  })

  test('of a time of day is in UTC', () => assert.equal(timeOfDay(Date.UTC(2026, 10, 24, 20, 7, 41)), '20:07:41'))
  test('of a hash keeps both ends', () => assert.equal(shortHash(`0x93aa${'0'.repeat(56)}07c1`), '0x93aa…07c1'))
})

describe('a percentile', () => {
  const buckets = [
    { fromMs: 0, count: 50 },
    { fromMs: 50, count: 40 },
    { fromMs: 100, count: 10 },
  ]

  test('lies inside its bucket', () => assert.deepEqual(percentileOf(buckets, 0.7), { ms: 75, reads: 'about' }))
  test('in the open bucket is only a lower bound', () =>
    assert.deepEqual(percentileOf(buckets, 0.95), { ms: 100, reads: 'atLeast' }))
  test('of nothing is not known', () => assert.equal(percentileOf([{ fromMs: 0, count: 0 }], 0.5), undefined))

  test('never falls when the share grows', () => {
    const counts = fc.array(fc.nat(1000), { minLength: 1, maxLength: 21 })
    fc.assert(
      fc.property(counts, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (list, share) => {
        const all = list.map((count, index) => ({ fromMs: index * 50, count }))
        const low = percentileOf(all, share)?.ms ?? 0
        assert.ok(low <= (percentileOf(all, Math.min(1, share + 0.01))?.ms ?? 0))
      }),
    )
  })
})

describe('text from outside', () => {
  test('shows its direction marks and controls', () => {
    assert.equal(visibleText('a\u202eb'), 'a‹U+202E›b')
    assert.equal(visibleText('a\u001b[31m\u0000\u007f'), 'a␛[31m␀␡')
    assert.equal(visibleText('zero\u200bwidth\u3164'), 'zero‹U+200B›width‹U+3164›')
  })

  test('stays as it is when every character can be seen', () => {
    const plain = 'Größe <img src=x> 節点 🛰 “q”'
    assert.equal(visibleText(plain), plain)
  })

  test('never keeps a control or format character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => assert.doesNotMatch(visibleText(text), /[\p{Cc}\p{Cf}]/u)),
    )
  })
})
