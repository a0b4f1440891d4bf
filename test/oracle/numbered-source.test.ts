import assert from 'node:assert/strict'
import { test } from 'node:test'
import { freePort } from '../peers/free-port.ts'
import { until } from '../peers/until.ts'
import { type NumberedItem, numberedRecord } from './numbered-record.ts'
import { NumberedSource } from './numbered-source.ts'

interface NumberedReceiver {
  create(config: { readonly port: number }): {
    listen(accept: (items: NumberedItem[]) => Promise<void>, signal: AbortSignal): Promise<void>
  }
}

/** The receiver, handing over to a list: every third time it says that it cannot, and the fourth never ends. */
async function listening(port: number) {
  const taken: NumberedItem[] = []
  const stop = new AbortController()
  let calls = 0
  const accept = async (items: NumberedItem[]) => {
    calls++
    if (calls % 3 === 0) throw Object.assign(new Error('not now'), { retryable: true })
    if (calls % 4 === 0) await new Promise(() => undefined)
    taken.push(...items)
  }
  const module = new URL('./numbered-receiver.mjs', import.meta.url).href
  const { numberedReceiver } = (await import(module)) as { numberedReceiver: NumberedReceiver }
  const ended = numberedReceiver.create({ port }).listen(accept, stop.signal)
  const end = async () => {
    stop.abort()
    await ended
  }
  return { taken, [Symbol.asyncDispose]: end }
}

test('a source counts as kept what was answered for, and issues no number twice', async () => {
  const port = await freePort()
  using source = new NumberedSource({ name: 'a', port, everyMs: 1, mostRecords: 3, chance: () => 0.9 })
  {
    await using receiver = await listening(port)
    await until('some are kept', () => source.issued.kept >= 30)
    const { issued } = source
    const kept = Array.from({ length: issued.count }, (_, index) => index + 1).filter(
      (number) => issued.fateOf(number) === 'kept',
    )
    const numbered = receiver.taken.filter(({ type }) => type === 'log' || type === 'metrics')
    for (const number of kept)
      assert.equal(numbered.filter((item) => isSame(item, numberedRecord('a', number))).length, 1, `${number}`)
    assert.ok(kept.length < issued.count, 'what was refused is not kept')
  }
  const issuedBefore = source.issued.count
  await using again = await listening(port)
  await until('it goes on with new numbers', () => source.issued.count > issuedBefore && again.taken.length > 3)
  assert.ok(!again.taken.some((item) => isSame(item, numberedRecord('a', 1))))
})

function isSame(one: NumberedItem, other: NumberedItem): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
