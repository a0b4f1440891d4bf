import assert from 'node:assert/strict'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { inspectQueue } from '@headwatch/agent/queue-tools'
import { temporaryFolder } from '../peers/temporary-folder.ts'
import { until } from '../peers/until.ts'
import { nativeOutlet } from './native-outlet.ts'
import { httpOutlet, longestMessage, type Outlet, udpOutlet } from './outlets.ts'
import { startSender } from './sender.ts'

type Retention = 'sent' | 'acked' | 'wrap'

/** What is so, for a kind of destination and a policy, after each thing that may happen. */
interface Row {
  readonly kind: 'udp' | 'http' | 'native'
  readonly retention: Retention
  /** Whether what is sent while nobody is there waits for the other side, or is gone. */
  readonly duringOutage: 'waits' | 'is gone'
  /** Whether what was delivered can be sent again. */
  readonly delivered: 'is kept' | 'is done with'
}

const rows: readonly Row[] = [
  { kind: 'udp', retention: 'sent', duringOutage: 'is gone', delivered: 'is done with' },
  { kind: 'udp', retention: 'wrap', duringOutage: 'is gone', delivered: 'is kept' },
  { kind: 'http', retention: 'sent', duringOutage: 'waits', delivered: 'is done with' },
  { kind: 'http', retention: 'wrap', duringOutage: 'waits', delivered: 'is kept' },
  { kind: 'native', retention: 'sent', duringOutage: 'waits', delivered: 'is done with' },
  { kind: 'native', retention: 'acked', duringOutage: 'waits', delivered: 'is done with' },
  { kind: 'native', retention: 'wrap', duringOutage: 'waits', delivered: 'is kept' },
]

const outletOf: Readonly<Record<Row['kind'], (folder: string) => Promise<Outlet>>> = {
  udp: udpOutlet,
  http: httpOutlet,
  native: nativeOutlet,
}

const messages = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `record ${from + index}`)

/** A sender with one destination `out`, and what is on disk once it has stopped. */
async function senderTo(outlet: Outlet, folder: string, retention: Retention, queue: object = {}, more: object = {}) {
  const settings = { retention, wrapBytes: 65_536, batchRecords: 1, ...more }
  const sender = await startSender({ folder, outlets: { out: outlet }, settings, queue })
  const total = (name: string) => sender.metrics.total(`headwatch_${name}_total`)
  /** Ends it, after all is delivered, or so many milliseconds. */
  const stop = async (withinMs = 10_000) => {
    await sender.running.drain(withinMs)
    return lookAt(folder)
  }
  /** The sender knows that so many are with the other side. */
  const delivered = (count: number) => until(`${count} records are delivered`, () => total('sent') >= count)
  return { ...sender, total, delivered, stop }
}

async function lookAt(folder: string) {
  const queue = join(folder, 'queue', 'main')
  const { destinations, refused, segments } = await inspectQueue(queue)
  return {
    waiting: Object.fromEntries(destinations.map(({ destination, records }) => [destination, records])),
    kept: segments.reduce((sum, { first, last }) => sum + Number(last - first) + 1, 0),
    bytesOnDisk: bytesOnDisk(folder),
    refused: refused.map(({ reason, records }) => ({ reason, records })),
  }
}

/** Of every file, also while some go. */
function bytesOnDisk(folder: string): number {
  const queue = join(folder, 'queue', 'main')
  return readdirSync(queue, { recursive: true })
    .map((name) => statSync(join(queue, String(name)), { throwIfNoEntry: false }))
    .reduce((sum, file) => sum + (file?.isFile() ? file.size : 0), 0)
}

for (const { kind, retention, duringOutage, delivered } of rows)
  describe(`${kind}, ${retention}:`, { concurrency: true }, () => {
    test(`what was delivered ${delivered}`, async () => {
      using folder = temporaryFolder()
      await using outlet = await outletOf[kind](join(folder.path, 'other-side'))
      const sender = await senderTo(outlet, folder.path, retention)
      await sender.send(...messages(1, 5))
      await sender.delivered(5)
      const { waiting, kept } = await sender.stop()
      assert.deepEqual(waiting, { out: 0 })
      assert.equal(kept, delivered === 'is kept' ? 5 : 0)
      assert.deepEqual(await outlet.received(), messages(1, 5))
    })

    test('what was refused is set aside with the reason, and the rest goes on', async () => {
      using folder = temporaryFolder()
      await using outlet = await outletOf[kind](join(folder.path, 'other-side'))
      const sender = await senderTo(outlet, folder.path, retention)
      await sender.send('record 1', 'x'.repeat(4 * longestMessage), 'record 2')
      await sender.delivered(2)
      await until('the refusal is counted', () => sender.total('dropped') === 1)
      const { waiting, refused } = await sender.stop()
      assert.deepEqual(waiting, { out: 0 })
      assert.deepEqual(refused, [{ reason: kind === 'http' ? 'refused with 422' : 'too_long', records: 1 }])
      assert.deepEqual(await outlet.received(), messages(1, 2))
    })

    test(`what is sent during an outage ${duringOutage}, also over a restart`, async () => {
      using folder = temporaryFolder()
      await using outlet = await outletOf[kind](join(folder.path, 'other-side'))
      const before = await senderTo(outlet, folder.path, retention)
      await before.send('record 1')
      await before.delivered(1)
      await outlet.goAway()
      await before.send(...messages(2, 6))
      if (duringOutage === 'is gone') await before.delivered(6)
      const onDisk = await before.stop(0)
      assert.deepEqual(onDisk.waiting, { out: duringOutage === 'waits' ? 5 : 0 })
      await outlet.comeBack()
      const after = await senderTo(outlet, folder.path, retention)
      await after.send('record 7')
      const wanted = duringOutage === 'waits' ? messages(1, 7) : ['record 1', 'record 7']
      await until('all has arrived', async () => (await outlet.received()).length >= wanted.length)
      assert.deepEqual((await after.stop()).waiting, { out: 0 })
      assert.deepEqual((await outlet.received()).toSorted(), wanted)
    })
  })

for (const kind of ['udp', 'http'] as const)
  test(`${kind}, acked: is refused in a sentence before anything is touched, for nobody acknowledges`, async () => {
    using folder = temporaryFolder()
    await using outlet = await outletOf[kind](join(folder.path, 'other-side'))
    await assert.rejects(senderTo(outlet, folder.path, 'acked'), {
      name: 'RejectedError',
      message:
        /the exporter "out" gets no acknowledgements, so "retention: acked" cannot be kept; say "retention: sent"/,
    })
    assert.deepEqual(readdirSync(folder.path), [])
  })

const padded = (from: number, to: number) => messages(from, to).map((message) => message.padEnd(1_000))

describe('a full queue on disk', { concurrency: 3 }, () => {
  const bytes = 131_072

  const bounded = [
    ['http', 'sent'],
    ['native', 'acked'],
    ['native', 'wrap'],
  ] as const
  for (const [kind, retention] of bounded) {
    test(`takes no more than its limit; the oldest go, counted, and the newest arrive (${kind}, ${retention})`, async () => {
      using folder = temporaryFolder()
      await using outlet = await outletOf[kind](join(folder.path, 'other-side'))
      const sender = await senderTo(
        outlet,
        folder.path,
        retention,
        { bytes, whenFull: 'drop_oldest' },
        {
          batchRecords: 10,
        },
      )
      await outlet.goAway()
      for (let from = 1; from <= 300; from += 10) await sender.send(...padded(from, from + 9))
      await outlet.comeBack()
      const onDisk = await sender.stop()
      assert.ok(onDisk.bytesOnDisk <= bytes, `${onDisk.bytesOnDisk} bytes`)
      assert.deepEqual(onDisk.waiting, { out: 0 })
      const received = (await outlet.received()).map((message) => Number(message.slice('record '.length)))
      assert.ok(received.length > 50 && received.length < 300, `${received.length} arrived`)
      const newest = Array.from({ length: 50 }, (_, index) => 251 + index)
      assert.deepEqual(received.toSorted((a, b) => a - b).slice(-50), newest)
    })

    test(`that waits holds its senders back and loses nothing (${kind}, ${retention})`, async () => {
      using folder = temporaryFolder()
      await using outlet = await outletOf[kind](join(folder.path, 'other-side'))
      // What is kept for `wrapBytes` goes by its own rule, so here that is all the queue may hold.
      const more = { batchRecords: 10, wrapBytes: bytes }
      const sender = await senderTo(outlet, folder.path, retention, { bytes, whenFull: 'wait' }, more)
      await outlet.goAway()
      let taken = 0
      const sending = (async () => {
        for (let from = 1; from <= 300; from += 10) {
          await sender.send(...padded(from, from + 9))
          taken += 10
        }
      })()
      await until('the queue is nearly full', () => bytesOnDisk(folder.path) > bytes / 2)
      assert.ok(taken < 300)
      await outlet.comeBack()
      await sending
      await sender.delivered(300)
      const onDisk = await sender.stop()
      assert.ok(onDisk.bytesOnDisk <= bytes, `${onDisk.bytesOnDisk} bytes`)
      const received = await outlet.received()
      assert.deepEqual(received.map((message) => message.trim()).toSorted(), messages(1, 300).toSorted())
    })
  }
})
