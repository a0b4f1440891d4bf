import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { planShelves, type ShelfPlan } from './shelves.ts'

const room = { widthPx: 1_000, heightPx: 480, scale: 1 }
const item = (dots: number) => ({ dots, labelPx: 80 })

describe('groups on shelves', () => {
  test('get dots as large as the room allows', () => {
    const few = planShelves([item(60), item(40)], room)
    const many = planShelves([item(6_000), item(4_000)], room)
    assert.ok(few && many && few.pitchX > many.pitchX)
    assert.ok(many.pitchX >= 5, `${many.pitchX} px from dot to dot`)
  })

  test('of few nodes and long labels take more shelves, not smaller dots', () => {
    const few = [456, 22, 15, 4, 3].map((dots) => ({ dots, labelPx: 120 }))
    const plan = planShelves(few, { widthPx: 330, heightPx: 360, scale: 1 })
    assert.ok(plan && plan.pitchX >= 7, `${plan?.pitchX} px from dot to dot`)
  })

  test('are not planned where even the smallest dots do not fit', () => {
    assert.equal(planShelves([item(200_000)], room), undefined)
  })

  test('stand inside the room, have a place for every dot and never on one another', () => {
    const groups = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 16 })
    fc.assert(
      fc.property(groups, fc.integer({ min: 300, max: 1_500 }), (sizes, widthPx) => {
        const items = sizes.toSorted((one, other) => other - one).map(item)
        const plan = planShelves(items, { ...room, widthPx })
        if (plan === undefined) return
        const boxes = plan.groups.map((group) => boxOf(plan, group))
        for (const [index, { columns, rows }] of plan.groups.entries())
          assert.ok(columns * rows >= (items[index]?.dots ?? 0), `group ${index} holds its dots`)
        for (const box of boxes) assert.ok(box.right <= widthPx + 1 && box.bottom <= room.heightPx + 1)
        for (const [index, one] of boxes.entries())
          for (const other of boxes.slice(index + 1)) assert.ok(!areOnOneAnother(one, other))
      }),
      { numRuns: 60 },
    )
  })
})

function boxOf(plan: ShelfPlan, { xPx, yPx, columns, rows }: ShelfPlan['groups'][number]) {
  const bottom = yPx + plan.labelHeightPx + rows * plan.pitchY
  return { left: xPx, top: yPx, right: xPx + columns * plan.pitchX, bottom }
}

type Box = ReturnType<typeof boxOf>

function areOnOneAnother(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
}
