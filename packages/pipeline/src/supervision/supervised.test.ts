import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fakeClock, fakeLogger, fakeMeter, whileClockRuns } from '@headwatch/sdk/testkit'
import { Supervised } from './supervised.ts'

const never = new AbortController().signal

function supervise<T extends object>(create: (made: number) => T) {
  const parts = { clock: fakeClock(), logger: fakeLogger(), meter: fakeMeter() }
  let made = 0
  const supervised = new Supervised('plugin', () => create(++made), parts)
  return { ...parts, supervised, made: () => made }
}

describe('a supervised plugin', () => {
  test('is made when it is first needed, and once', async () => {
    const { supervised, made } = supervise(() => ({}))
    assert.equal(made(), 0)
    assert.equal(await supervised.get(never), supervised.current)
    assert.equal(made(), 1)
  })

  test('is disposed of after a fault and made anew after a pause that grows', async () => {
    let disposed = 0
    const { supervised, clock, made } = supervise(() => ({ [Symbol.asyncDispose]: async () => void disposed++ }))
    const pauses: number[] = []
    for (let fault = 0; fault < 6; fault++) {
      await supervised.fault(new Error('a bug'), await whileClockRuns(clock, supervised.get(never)))
      assert.equal(supervised.current, undefined)
      const before = clock.monotonicMs()
      await whileClockRuns(clock, supervised.get(never))
      pauses.push(clock.monotonicMs() - before)
    }
    assert.equal(disposed, 6)
    assert.equal(made(), 7)
    for (const [faults, pause] of pauses.entries())
      assert.ok(pause >= 500 && pause <= 600 + 500 * 2 ** faults, `pause ${pause}`)
  })

  test('is replaced once for many faults of one instance', async () => {
    const { supervised, made, meter, clock } = supervise(() => ({}))
    const broken = await supervised.get(never)
    await Promise.all([1, 2, 3].map(() => supervised.fault(new Error('a bug'), broken)))
    await whileClockRuns(clock, supervised.get(never))
    await supervised.fault(new Error('late news'), broken)
    assert.notEqual(supervised.current, undefined)
    assert.equal(made(), 2)
    assert.equal(meter.value('headwatch_plugin_faults_total'), 4)
  })

  test('that cannot even be made is tried again', async () => {
    const { supervised, clock, made } = supervise((count) => {
      if (count < 3) throw new Error('no')
      return { count }
    })
    assert.deepEqual(await whileClockRuns(clock, supervised.get(never)), { count: 3 })
    assert.equal(made(), 3)
  })

  test('whose end hangs is left behind', async () => {
    const { supervised, clock, logger } = supervise(() => ({
      [Symbol.asyncDispose]: () => new Promise<void>(() => {}),
    }))
    await supervised.get(never)
    await whileClockRuns(clock, supervised[Symbol.asyncDispose]())
    assert.equal(logger.lines.filter(({ level }) => level === 'warn').length, 1)
    assert.equal(supervised.current, undefined, 'and never made again')
  })
})
