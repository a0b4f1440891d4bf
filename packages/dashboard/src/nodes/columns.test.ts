import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { columns, firstColumns, fittingColumns, gridOf } from './columns.ts'

const ids = (widthPx: number, chosen = firstColumns) => fittingColumns(chosen, widthPx).map(({ id }) => id)

describe('the columns of the list', () => {
  test('are all those chosen where there is room, in their order', () => {
    assert.deepEqual(ids(2_000, ['uptime', 'state']), ['pin', 'state', 'name', 'uptime'])
    assert.equal(
      ids(
        2_000,
        columns.map(({ id }) => id),
      ).length,
      columns.length,
    )
  })

  test('give way where room is short, the least telling first, and the head never', () => {
    assert.ok(!ids(900).includes('latency') && ids(900).includes('peers'))
    assert.deepEqual(ids(100), ['pin', 'state', 'name', 'head'])
  })

  test('never take more than the room while any can give way', () => {
    for (let widthPx = 400; widthPx < 1_600; widthPx += 13) {
      const taken = fittingColumns(firstColumns, widthPx).reduce((sum, column) => sum + column.widthPx, 0)
      assert.ok(taken <= widthPx, `${taken} of ${widthPx} px`)
    }
  })

  test('become a grid in which names take what is left', () =>
    assert.equal(gridOf(fittingColumns(['peers'], 900)), '40px minmax(90px, 1.3fr) 52px'))
})
