import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AgentReader, readServerFrame } from '@headwatch/protocol/ethstats'
import { assertSound } from '@headwatch/sdk/testkit'
import fc from 'fast-check'
import { recordedCases, recordedFrames } from './testkit/recorded-case.ts'

const frames = recordedCases().flatMap((name) => recordedFrames(name).map(({ frame }) => frame))

/** One cut, one insertion, or one value swapped for another of any kind. */
const damage = fc.tuple(
  fc.nat(),
  fc.oneof(
    fc.nat({ max: 40 }).map((length) => ({ length, text: '' })),
    fc.string({ maxLength: 5 }).map((text) => ({ length: 0, text })),
    fc.constantFrom('null', '{}', '[]', '-1', '1e999', '"0x"', '":', '\\u0000', '"__proto__":').map((text) => ({
      length: 3,
      text,
    })),
  ),
)

const swaps: fc.Arbitrary<unknown> = fc.oneof(fc.constantFrom(null, -1, 1e300, '', '0x', true), fc.jsonValue())

test('ten thousand damaged frames of real clients are read without a throw, and into nothing unsound', () => {
  const damaged = fc
    .tuple(fc.constantFrom(...frames), fc.array(damage, { minLength: 1, maxLength: 3 }))
    .map(([frame, damages]) =>
      damages.reduce((text, [where, { length, text: inserted }]) => {
        const at = text.length === 0 ? 0 : where % text.length
        return text.slice(0, at) + inserted + text.slice(at + length)
      }, frame),
    )
  const swapped = fc
    .tuple(fc.constantFrom(...frames), fc.nat(), swaps)
    .map(([frame, where, value]) => swapOne(frame, where, value))
  const reader = new AgentReader()
  fc.assert(
    fc.property(fc.oneof(damaged, swapped), (text) => {
      const frame = reader.read(text)
      if (frame.kind === 'telemetry' || frame.kind === 'history') frame.items.forEach(assertSound)
      if (frame.kind === 'hello') assertSound(frame.hello.node)
      assert.ok(readServerFrame(text).kind)
    }),
    { numRuns: 10_000 },
  )
})

/** The frame with its `where`th value, counted through, put in place of another. */
function swapOne(frame: string, where: number, value: unknown): string {
  let count = 0
  JSON.parse(frame, (_key, part) => {
    count++
    return part
  })
  const chosen = where % count
  let at = 0
  return JSON.stringify(JSON.parse(frame, (_key, part) => (at++ === chosen ? value : part))) ?? ''
}
