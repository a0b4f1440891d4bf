import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readAgentConfig, startAgent } from '@headwatch/agent'
import { inspectQueue, orphansToldOf, replayRefused, setBack, verifyQueue } from '@headwatch/agent/queue-tools'
import { temporaryFolder } from '../peers/temporary-folder.ts'
import { until } from '../peers/until.ts'
import { httpOutlet, longestMessage } from './outlets.ts'
import { startSender } from './sender.ts'

const messages = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `record ${from + index}`)

async function waitingIn(queue: string): Promise<Record<string, number>> {
  const { destinations } = await inspectQueue(queue)
  return Object.fromEntries(destinations.map(({ destination, records }) => [destination, records]))
}

test('a destination that is taken out of the configuration keeps its backlog, is told of, and gets it when it returns', async () => {
  using folder = temporaryFolder()
  const queue = join(folder.path, 'queue', 'main')
  await using stays = await httpOutlet()
  await using goes = await httpOutlet()
  const both = await startSender({ folder: folder.path, outlets: { stays, goes } })
  await goes.goAway()
  await both.send(...messages(1, 5))
  await until('the other has all', async () => (await stays.received()).length === 5)
  await both.running.drain(0)
  assert.deepEqual(await waitingIn(queue), { stays: 0, goes: 5 })

  const one = await startSender({ folder: folder.path, outlets: { stays } })
  await one.send(...messages(6, 8))
  await until('it is told of', async () => (await orphansToldOf(queue, 'main')).has('goes'))
  await until('the other has all', async () => (await stays.received()).length >= 8)
  const orphans = one.metrics.read().find(({ name }) => name === 'headwatch_queue_orphan_records')?.series
  assert.deepEqual(orphans, [{ labels: { pipeline: 'main', destination: 'goes' }, value: 5 }])
  await one.running.drain(5_000)
  assert.deepEqual(await waitingIn(queue), { stays: 0, goes: 5 })

  await goes.comeBack()
  const again = await startSender({ folder: folder.path, outlets: { stays, goes } })
  await again.send('record 9')
  await again.running.drain(5_000)
  const hadBacklog = (await goes.received()).filter((message) => message !== '')
  assert.deepEqual(hadBacklog.toSorted(), [...messages(1, 5), 'record 9'], 'what came while it was away is not its')
})

test('the backlog of a pipeline that is renamed stays where it is, and is told of', async () => {
  using folder = temporaryFolder()
  await using outlet = await httpOutlet()
  await outlet.goAway()
  const before = await startSender({ folder: folder.path, outlets: { outlet }, pipeline: 'first/name' })
  await before.send(...messages(1, 5))
  await before.running.drain(0)
  await outlet.comeBack()
  const after = await startSender({ folder: folder.path, outlets: { outlet } })
  const isTold = () => readFileSync(join(folder.path, 'queue-alarms.json'), 'utf8').includes('"first%2fname"')
  await until('it is told of', () => existsSync(join(folder.path, 'queue-alarms.json')) && isTold())
  await after.running.drain(5_000)
  assert.deepEqual(await waitingIn(join(folder.path, 'queue', 'first%2fname')), { outlet: 5 })
})

test('a destination that is dead costs the other no record and no moment', async () => {
  using folder = temporaryFolder()
  await using alive = await httpOutlet()
  await using dead = await httpOutlet()
  await dead.goAway()
  const sender = await startSender({ folder: folder.path, outlets: { dead, alive } })
  for (let count = 1; count <= 20; count++) {
    await sender.send(`record ${count}`)
    await until('it has arrived', async () => (await alive.received()).length === count, 5_000)
  }
  await sender.running.drain(0)
  assert.deepEqual(await waitingIn(join(folder.path, 'queue', 'main')), { alive: 0, dead: 20 })
})

test('after a restart what is fresh does not wait for the backlog', async () => {
  using folder = temporaryFolder()
  await using outlet = await httpOutlet()
  await outlet.goAway()
  const settings = { batchRecords: 1 }
  const before = await startSender({ folder: folder.path, outlets: { outlet }, settings })
  await before.send(...messages(1, 400))
  await before.running.drain(0)
  await outlet.comeBack()
  const after = await startSender({ folder: folder.path, outlets: { outlet }, settings })
  await after.send('fresh')
  await after.running.drain(20_000)
  const received = await outlet.received()
  assert.equal(received.length, 401)
  assert.ok(received.indexOf('fresh') < 300, `it came as number ${received.indexOf('fresh')}`)
  assert.deepEqual(
    received.filter((message) => message !== 'fresh'),
    messages(1, 400),
  )
})

test('what was refused is given again once its cause is mended, to whom it was meant for', async () => {
  using folder = temporaryFolder()
  const queue = join(folder.path, 'queue', 'main')
  await using strict = await httpOutlet()
  await using other = await httpOutlet()
  const before = await startSender({ folder: folder.path, outlets: { strict, other }, settings: { batchRecords: 1 } })
  strict.accept((message) => !message.startsWith('odd'))
  await before.send('even 1', 'odd 2', 'even 3', 'odd 4')
  await before.running.drain(5_000)
  assert.deepEqual(await strict.received(), ['even 1', 'even 3'])
  strict.accept(() => true)
  const told: number[] = []
  assert.equal(await replayRefused(queue, undefined, (given) => told.push(given)), 2)
  assert.equal(told.at(-1), 2)
  assert.deepEqual((await inspectQueue(queue)).refused, [])
  await assert.rejects(
    replayRefused(queue, undefined, () => undefined),
    /^RejectedError: no refused records are kept/,
  )
  const after = await startSender({ folder: folder.path, outlets: { strict, other } })
  await until('they have arrived', async () => (await strict.received()).length === 4)
  await after.running.drain(5_000)
  assert.deepEqual(await strict.received(), ['even 1', 'even 3', 'odd 2', 'odd 4'])
  assert.equal((await other.received()).length, 4, 'the other had them already')
})

test('what is kept by "wrap" is delivered again to a destination that is set back', async () => {
  using folder = temporaryFolder()
  const queue = join(folder.path, 'queue', 'main')
  await using outlet = await httpOutlet()
  const settings = { retention: 'wrap' }
  const before = await startSender({ folder: folder.path, outlets: { outlet }, settings })
  await before.send(...messages(1, 10))
  await before.running.drain(5_000)
  assert.equal(await setBack(queue, 'outlet', { from: 6n }), 5)
  const after = await startSender({ folder: folder.path, outlets: { outlet }, settings })
  await after.running.drain(5_000)
  assert.deepEqual(await outlet.received(), [...messages(1, 10), ...messages(6, 10)])
  assert.deepEqual((await verifyQueue(queue)).findings, [])
})

test('a configuration that is wrong leaves the queue as it is, byte for byte', async () => {
  using folder = temporaryFolder()
  await using outlet = await httpOutlet()
  await outlet.goAway()
  const sender = await startSender({ folder: folder.path, outlets: { outlet } })
  await sender.send(...messages(1, 5), 'x'.repeat(longestMessage * 4))
  await sender.running.drain(0)
  const before = contentsOf(folder.path)
  const wrong = [
    'collectors: {',
    'collectors: { nothing: }',
    'collectors: { host: }\nexporters: { nowhere: }',
    'collectors: { host: }\nexporters: { ethstats: { endpoint: "ws://127.0.0.1:9", retention: acked } }',
    'collectors: { host: }\nexporters: { native: }\npipelines: { main: { from: [host], to: [native], acknowledge: stored } }',
    'collectors: { host: }\nexporters: { native: }\npipelines: { main: { from: [host], to: [native], queue: { bytes: 1 } } }',
  ]
  const startWith = async (text: string) => {
    const whole = `${text}\nprogram: { folder: "${folder.path}" }`
    await using _agent = await startAgent(await readAgentConfig({ file: 'test', text: whole, environment: {} }))
  }
  for (const text of wrong) {
    await assert.rejects(startWith(text), /./, text)
    assert.deepEqual(contentsOf(folder.path), before, text)
  }
})

test('a queue that is in use is refused in a sentence that says by whom, and what to do', async () => {
  using folder = temporaryFolder()
  await using outlet = await httpOutlet()
  const first = await startSender({ folder: folder.path, outlets: { outlet } })
  await assert.rejects(startSender({ folder: folder.path, outlets: { outlet } }), {
    name: 'RejectedError',
    message: new RegExp(
      `queue/main is in use by process ${process.pid} on .*: stop it, or name another folder in program\\.folder`,
    ),
  })
  await assert.rejects(setBack(join(folder.path, 'queue', 'main'), 'outlet', { from: 1n }), /is in use by process/)
  await first.send('record 1')
  await first.running.drain(5_000)
  assert.deepEqual(await outlet.received(), ['record 1'], 'whoever has it was not disturbed')
})

/** Every file below a folder but locks, with what is in it. */
function contentsOf(folder: string): Readonly<Record<string, string>> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.name.startsWith('owner.lock'),
  )
  return Object.fromEntries(
    files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'base64')]),
  )
}
