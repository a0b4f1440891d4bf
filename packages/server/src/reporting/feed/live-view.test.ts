import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SeenBlock } from '@headwatch/protocol'
import { applyDelta, type ViewContent } from '@headwatch/protocol/reporting'
import type { NetworkReader } from '@headwatch/sdk'
import fc from 'fast-check'
import { LiveView } from './live-view.ts'

const block = (hash: string, nodes: number) => ({ block: { hash }, nodes }) as unknown as SeenBlock

/** A view of blocks that the test replaces. */
function viewOf(state: { blocks: readonly SeenBlock[] }) {
  const network = { blocks: () => state.blocks } as unknown as NetworkReader
  return {
    view: new LiveView({ of: 'blocks', network: '1', count: 9 }),
    sources: { network, alarms: () => [], health: () => [] },
  }
}

test('a viewer that follows deltas sees what a fresh one is given, however often it is skipped', () => {
  const blocks = fc.uniqueArray(fc.record({ hash: fc.constantFrom('a', 'b', 'c', 'd'), nodes: fc.nat(2) }), {
    selector: ({ hash }) => hash,
  })
  const step = fc.record({ blocks, isSkipped: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const state = { blocks: [] as readonly SeenBlock[] }
      const { view, sources } = viewOf(state)
      let followed: ViewContent | undefined
      let sentAt = 0
      for (const [index, { blocks, isSkipped }] of [...steps, { blocks: [], isSkipped: false }].entries()) {
        state.blocks = blocks.map(({ hash, nodes }) => block(hash, nodes))
        const tick = index + 1
        view.refresh(sources, tick)
        if (isSkipped) continue
        const frame = view.frameFor(sentAt)
        sentAt = tick
        if (frame?.type === 'snapshot') followed = JSON.parse(frame.json)
        else if (frame !== undefined && followed !== undefined) followed = applyDelta(followed, JSON.parse(frame.json))
        const fresh = view.frameFor(0)
        assert.deepEqual(followed, JSON.parse(fresh?.json ?? 'null'))
      }
    }),
  )
})

test('nothing is sent when nothing changed', () => {
  const { view, sources } = viewOf({ blocks: [block('a', 1)] })
  view.refresh(sources, 1)
  view.refresh(sources, 2)
  assert.equal(view.frameFor(1), undefined)
})
