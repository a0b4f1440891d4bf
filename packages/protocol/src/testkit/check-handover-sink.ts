import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Batch, sequenceAt } from '../batch.ts'
import type { Handover, HandoverAck, HandoverSink } from '../handover.ts'
import { sourceText } from '../source.ts'
import { sampleRecords } from './sample-records.ts'

/** A sink and what lies behind it. */
export interface SinkUnderTest extends Partial<AsyncDisposable> {
  readonly sink: HandoverSink
  /** The batches that are owned behind the sink, repeats and all. */
  owned(): readonly Batch[]
  /** What becomes of a batch behind the sink, from now on: owned, refused for good, or not taken for the moment. */
  behave(how: (batch: Batch) => 'own' | 'reject' | 'later'): void
}

/** A test that hangs is a test that fails. */
const timeout = 20_000

/** Registers tests: what every receiving side of the seam between gateway and core promises, see `HandoverSink`. */
export function checkHandoverSink(name: string, make: () => Promise<SinkUnderTest>): void {
  const check = (sentence: string, body: (made: SinkUnderTest) => Promise<void>): void => {
    test(sentence, { timeout }, async () => {
      const made = await make()
      await body(made)
      await made[Symbol.asyncDispose]?.()
    })
  }

  describe(`${name} takes handovers so that`, { timeout }, () => {
    check('an answer names its handover, its credit, and comes after everything is owned', async ({ sink, owned }) => {
      for (let number = 1; number <= 5; number++) {
        const ack = await sink.take(handover(number, 3))
        assertAck(ack, number, [])
        assert.equal(owned().length, number * 3)
      }
      assert.deepEqual(numbersOf(owned()), numbersOf(everythingUpTo(5, 3)))
    })

    check(
      'handovers given at once are each answered, and owned in the order of their numbers',
      async ({ sink, owned }) => {
        const acks = await Promise.all([1, 2, 3, 4].map((number) => sink.take(handover(number, 2))))
        acks.forEach((ack, index) => {
          assertAck(ack, index + 1, [])
        })
        assert.deepEqual(numbersOf(owned()), numbersOf(everythingUpTo(4, 2)))
      },
    )

    check('what is refused for good is named, and the rest is owned', async ({ sink, owned, behave }) => {
      behave((batch) => (batch.source.stream === 's1' ? 'reject' : 'own'))
      assertAck(await sink.take(handover(1, 3)), 1, [1])
      assert.deepEqual(
        owned().map(({ source }) => source.stream),
        ['s0', 's2'],
      )
    })

    check('what is not taken for the moment is named, and given alone is owned later', async (made) => {
      const { sink, owned, behave } = made
      behave((batch) => (batch.source.stream === 's2' ? 'later' : 'own'))
      const first = handover(1, 3)
      const ack = await sink.take(first)
      assert.deepEqual(ack.later, { batches: [2], gaps: [] })
      assert.deepEqual(ack.rejected, [])
      behave(() => 'own')
      assertAck(await sink.take({ ...first, number: 2, batches: first.batches.slice(2) }), 2, [])
      assert.deepEqual(numbersOf(owned()), numbersOf(everythingUpTo(1, 3)), 'owned is more or less than given')
    })

    check('a handover of gaps alone, and of nothing, is answered', async ({ sink }) => {
      const gaps = [{ source: sourceOf(0), first: 5n, last: 9n, reason: 'wrapped' as const }]
      assertAck(await sink.take({ ...handover(1, 0), gaps }), 1, [])
      assertAck(await sink.take(handover(2, 0)), 2, [])
    })

    check('a batch without records, or with holes, keeps its numbers', async ({ sink, owned }) => {
      const empty: Batch = { source: sourceOf(0), lane: 'live', first: 1n, count: 4, records: [], offsets: [] }
      const holed: Batch = { ...empty, first: 5n, count: 9, records: sampleRecords().slice(0, 2), offsets: [0, 7] }
      assertAck(await sink.take({ ...handover(1, 0), batches: [empty, holed] }), 1, [])
      assert.deepEqual(
        owned().map(({ first, count }) => [first, count]),
        [
          [1n, 4],
          [5n, 9],
        ],
      )
      assert.deepEqual(owned()[1]?.offsets, [0, 7])
    })
  })
}

function assertAck(ack: HandoverAck, number: number, rejected: readonly number[]): void {
  assert.equal(ack.number, number)
  assert.ok(Number.isInteger(ack.creditRecords) && ack.creditRecords >= 0, `credit is ${ack.creditRecords}`)
  assert.deepEqual(
    ack.rejected.map(({ index }) => index),
    rejected,
  )
  assert.deepEqual(ack.later, { batches: [], gaps: [] })
}

function sourceOf(stream: number) {
  return { agent: 'eu-1', stream: `s${stream}`, epoch: 'e1' }
}

/** Handover `number` with one batch of each of `batches` sources; numbers go on from handover to handover. */
function handover(number: number, batches: number): Handover {
  const records = sampleRecords().slice(0, 2)
  return {
    gateway: 'g1',
    number,
    batches: Array.from({ length: batches }, (_, stream): Batch => {
      const first = BigInt((number - 1) * 2 + 1)
      return { source: sourceOf(stream), lane: 'live', first, count: 2, records }
    }),
    gaps: [],
    dropped: {},
    merged: 0,
  }
}

function everythingUpTo(number: number, batches: number): readonly Batch[] {
  return Array.from({ length: number }, (_, index) => handover(index + 1, batches).batches).flat()
}

/** Source and number of every record, in order. */
function numbersOf(batches: readonly Batch[]): string[] {
  return batches.flatMap((batch) =>
    [...batch.records.keys()].map((index) => `${sourceText(batch.source)} ${sequenceAt(batch, index)}`),
  )
}
