import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { applyDelta, deltaOf } from './apply-delta.ts'
import type { ViewContent } from './feed.ts'

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', '__proto__')
const rows = fc.record(
  {
    kind: fc.constant('rows' as const),
    rows: fc.uniqueArray(fc.record({ key, value: fc.jsonValue({ maxDepth: 2 }) }, { noNullPrototype: true }), {
      selector: ({ key: text }) => text,
    }),
    total: fc.nat(9),
    known: fc.nat(9),
    offset: fc.constant(3),
  },
  { noNullPrototype: true },
)
const value = fc.record(
  { kind: fc.constant('value' as const), value: fc.jsonValue({ maxDepth: 3 }) },
  { noNullPrototype: true },
)
const json = (content: ViewContent): unknown => JSON.parse(JSON.stringify(content))

for (const [what, content] of Object.entries({ 'a list': rows, 'a value': value })) {
  test(`the delta between two states of ${what}, applied to the one, gives the other`, () => {
    fc.assert(
      fc.property(content as fc.Arbitrary<ViewContent>, content as fc.Arbitrary<ViewContent>, (before, after) => {
        const delta = deltaOf(before, after)
        assert.deepEqual(json(delta === undefined ? before : applyDelta(before, delta)), json(after))
      }),
    )
  })

  test(`there is no delta between ${what} and itself`, () => {
    fc.assert(
      fc.property(content as fc.Arbitrary<ViewContent>, (same) => {
        assert.equal(deltaOf(same, structuredClone(same)), undefined)
      }),
    )
  })
}

test('a delta of a list names the rows that changed and leaves out the order when it is the same', () => {
  const row = (text: string, number: number) => ({ key: text, value: number })
  const before: ViewContent = { kind: 'rows', rows: [row('a', 1), row('b', 2)], total: 2, known: 2, offset: 0 }
  assert.deepEqual(deltaOf(before, { ...before, rows: [row('a', 1), row('b', 3)] }), {
    kind: 'rows',
    changed: [row('b', 3)],
    total: 2,
    known: 2,
  })
})

test('a delta of the other kind changes nothing', () => {
  const list: ViewContent = { kind: 'rows', rows: [], total: 0, known: 0, offset: 0 }
  assert.equal(applyDelta(list, { kind: 'value', value: 1 }), list)
})
