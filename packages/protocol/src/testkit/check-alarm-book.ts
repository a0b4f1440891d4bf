import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type * as FastCheck from 'fast-check'
import type { Alarm, AlarmChange, AlarmTransition } from '../alarm.ts'

/** Whatever builds standing alarms from transitions; a store behind its questions can be one. */
export interface AlarmKeeper {
  /** The alarm after the step; undefined when the step changed nothing. */
  apply(step: AlarmTransition, now: number): Alarm | undefined
  get(key: AlarmTransition['key']): Alarm | undefined
  list(): readonly Alarm[]
}

const changes = ['raised', 'changed', 'cleared', 'acknowledged', 'shelved', 'unshelved'] as const

/** Registers tests: raise and clear never cross over, people's marks are an axis of their own, and memory is bounded. */
export function checkAlarmBook(name: string, make: (capacity?: number) => AlarmKeeper, fc: typeof FastCheck): void {
  const life = fc.array(fc.constantFrom(...changes), { minLength: 1, maxLength: 12 }).map((path) => path.map(stepOf))

  describe(`${name} keeps alarms so that`, () => {
    test('any order and repetition of steps ends with the one of the highest version', () => {
      const disturbed = life.chain((steps) =>
        fc.record({
          steps: fc.constant(steps),
          order: fc.shuffledSubarray([...steps, ...steps], { minLength: steps.length }),
        }),
      )
      fc.assert(
        fc.property(disturbed, ({ steps, order }) => {
          const given = order.filter((step) => steps.includes(step))
          const book = make()
          for (const step of given) book.apply(step, 0)
          const last = given.reduce((best, step) => (step.version > best.version ? step : best))
          const alarm = book.get(last.key)
          assert.deepEqual([alarm?.version, alarm?.severity, alarm?.text], [last.version, last.severity, last.text])
          if (last.change === 'cleared' || last.change === 'raised') assert.equal(alarm?.condition, last.change)
        }),
      )
    })

    test('a step that is not newer than what is known changes nothing', () => {
      fc.assert(
        fc.property(life, fc.nat(20), (steps, version) => {
          const book = make()
          for (const step of steps) book.apply(step, 0)
          const before = structuredClone(book.list())
          const late = { ...stepOf('raised', 0), version: Math.min(version, steps.length), text: 'late' }
          assert.equal(book.apply(late, 9), undefined)
          assert.deepEqual(book.list(), before)
        }),
      )
    })

    test('acknowledging and shelving never clear or raise, and clearing never takes an acknowledgement away', () => {
      fc.assert(
        fc.property(life, (steps) => {
          const book = make()
          let condition: 'raised' | 'cleared' = 'raised'
          let isAcknowledged = false
          for (const step of steps) {
            const alarm = book.apply(step, 0)
            if (step.change === 'acknowledged') isAcknowledged = true
            if (step.change === 'raised' && condition === 'cleared') isAcknowledged = false
            if (step.change === 'raised' || step.change === 'cleared') condition = step.change
            assert.equal(alarm?.condition, condition)
            assert.equal(alarm?.acknowledgedBy !== undefined, isAcknowledged)
          }
        }),
      )
    })

    test('no more are kept than there is room for, and a raised one is never given up for another', () => {
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.nat(9), fc.constantFrom(...changes)), { maxLength: 60 }), (path) => {
          const book = make(4)
          const versions = new Map<number, number>()
          for (const [alarm, change] of path) {
            const version = (versions.get(alarm) ?? 0) + 1
            versions.set(alarm, version)
            const raisedBefore = book.list().filter(({ condition }) => condition === 'raised')
            book.apply({ ...stepOf(change, 0), version, key: keyOf(alarm) }, 0)
            assert.ok(book.list().length <= 4)
            for (const { key } of raisedBefore) assert.ok(book.get(key) !== undefined, 'a raised alarm is gone')
          }
        }),
      )
    })

    test('raised ones are listed first, then the newest', () => {
      const book = make()
      book.apply({ ...stepOf('raised', 0), key: keyOf(1), at: 10 }, 0)
      book.apply({ ...stepOf('cleared', 0), key: keyOf(2), at: 30 }, 0)
      book.apply({ ...stepOf('raised', 0), key: keyOf(3), at: 20 }, 0)
      assert.deepEqual(
        book.list().map(({ key }) => key.qualifier),
        ['3', '1', '2'],
      )
    })
  })
}

function keyOf(number: number): AlarmTransition['key'] {
  return { resource: 'node/geth-a', alarmType: 'disk_nearly_full', qualifier: String(number) }
}

/** Step number `index` of one alarm's life, each told apart from the others by its text. */
function stepOf(change: AlarmChange, index: number): AlarmTransition {
  return {
    type: 'alarm',
    key: keyOf(0),
    change,
    version: index + 1,
    severity: index % 2 === 0 ? 'major' : 'minor',
    text: `step ${index + 1}`,
    actor: 'maria',
    shelvedUntil: 1_000,
  }
}
