import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type * as FastCheck from 'fast-check'
import type { Alarm, AlarmChange, AlarmTransition } from '../alarm.ts'

/** Whatever builds standing alarms from transitions; a store behind its questions can be one. */
export interface AlarmKeeper {
  /** The alarm after the step; undefined when the step changed nothing. */
  apply(step: AlarmTransition, now: number): Alarm | undefined
  get(key: AlarmTransition['key']): Alarm | undefined
  /** Takes an alarm as another keeper had it. */
  restore(alarm: Alarm): void
  list(): readonly Alarm[]
}

const changes = ['raised', 'changed', 'cleared', 'acknowledged', 'shelved', 'unshelved'] as const

/** Registers tests: raise and clear never cross over, people's marks are an axis of their own, and memory is bounded. */
export function checkAlarmBook(name: string, make: (capacity?: number) => AlarmKeeper, fc: typeof FastCheck): void {
  const life = fc.array(fc.constantFrom(...changes), { minLength: 1, maxLength: 8 }).map((path) => path.map(stepOf))
  /** A step taken by somebody else, who did not know of the others. */
  const step = fc.tuple(fc.constantFrom(...changes), fc.nat(7)).map(([change, index]) => stepOf(change, index))
  const shuffled = (steps: readonly AlarmTransition[]) =>
    fc.shuffledSubarray([...steps, ...steps], { minLength: steps.length })

  describe(`${name} keeps alarms so that`, () => {
    test('any order and repetition of the same steps ends the same', () => {
      const disturbed = fc
        .tuple(life, fc.array(step, { maxLength: 3 }))
        .chain(([steps, ofAnother]) =>
          fc.tuple(fc.constant([...steps, ...ofAnother].slice(0, 8)), fc.infiniteStream(fc.nat())),
        )
      fc.assert(
        fc.property(disturbed, ([steps, dice]) => {
          const disorder = [...steps, ...steps]
            .map((step): [number, AlarmTransition] => [dice.next().value ?? 0, step])
            .toSorted(([one], [other]) => one - other)
          const [inOrder, inDisorder] = [make(), make()]
          for (const step of steps.toSorted((one, other) => one.version - other.version)) inOrder.apply(step, 0)
          for (const [, step] of disorder) inDisorder.apply(step, 0)
          assert.deepEqual(inDisorder.list(), inOrder.list())
        }),
      )
    })

    test('the step of the highest version speaks, and the last raise or clear decides', () => {
      fc.assert(
        fc.property(life.chain(shuffled), (given) => {
          const book = make()
          for (const step of given) book.apply(step, 0)
          const last = newestOf(given)
          const alarm = book.get(last.key)
          assert.deepEqual([alarm?.version, alarm?.severity, alarm?.text], [last.version, last.severity, last.text])
          const decisive = given.filter(({ change }) => change === 'raised' || change === 'cleared')
          assert.equal(alarm?.condition, decisive.length === 0 ? 'raised' : newestOf(decisive).change)
        }),
      )
    })

    test('a step that is known, or has no version, changes nothing', () => {
      fc.assert(
        fc.property(life, fc.nat(11), (steps, index) => {
          const book = make()
          for (const step of steps) book.apply(step, 0)
          const before = structuredClone(book.list())
          const again = { ...(steps[index] ?? stepOf('raised', -1)), text: 'again' }
          assert.equal(book.apply(again, 9), undefined)
          assert.deepEqual(book.list(), before)
        }),
      )
    })

    test('a clear that an acknowledgement overtook still clears, also where the alarm was restored in between', () => {
      const [raised, cleared] = [stepOf('raised', 0), stepOf('cleared', 1)]
      for (const acknowledged of [stepOf('acknowledged', 1), stepOf('acknowledged', 2)]) {
        const [book, restarted] = [make(), make()]
        for (const step of [raised, acknowledged]) book.apply(step, 0)
        for (const alarm of structuredClone(book.list())) restarted.restore(alarm)
        for (const keeper of [book, restarted]) {
          const alarm = keeper.apply(cleared, 0)
          assert.deepEqual([alarm?.condition, alarm?.acknowledgedBy], ['cleared', 'maria'])
        }
      }
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

function newestOf(steps: readonly AlarmTransition[]): AlarmTransition {
  return steps.reduce((best, step) => (step.version > best.version ? step : best))
}

function keyOf(number: number): AlarmTransition['key'] {
  return { resource: 'node/geth-a', alarmType: 'disk_nearly_full', qualifier: String(number) }
}

/** Step number `index` of one alarm's life, each told apart from the others by its text and its time. */
function stepOf(change: AlarmChange, index: number): AlarmTransition {
  return {
    type: 'alarm',
    key: keyOf(0),
    change,
    version: index + 1,
    severity: index % 2 === 0 ? 'major' : 'minor',
    text: `step ${index + 1}`,
    at: 100 + index,
    actor: 'maria',
    shelvedUntil: 1_000,
  }
}
