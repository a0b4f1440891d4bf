import assert from 'node:assert/strict'
import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import type { Store } from '@headwatch/sdk'
import { fakeHost } from '@headwatch/sdk/testkit'
import { config, type SqliteConfig } from './config.ts'
import { SqliteStore } from './sqlite-store.ts'
import { assertStoredOnce, runBatch, runSource } from './testkit/stored-run.ts'
import { temporaryFolder } from './testkit/temporary-folder.ts'

const never = new AbortController().signal
const minuteMs = 60_000

describe('a folder that cannot be used is refused with the reason', () => {
  test('a file', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'data')
    writeFileSync(path, 'not mine')
    await refuses(path, new RegExp(`${path} is a file, not a folder; name another in stores.sqlite.folder`))
  })

  test('a folder below a file', async () => {
    await refuses('/dev/null/data', /the folder \/dev\/null\/data cannot be made.*name another/)
  })

  test('a folder in use', async () => {
    await using folder = await temporaryFolder()
    await using first = await opened({ folder: folder.path })
    await refuses(folder.path, new RegExp(`is in use by process ${process.pid} .*: stop it, or name another folder`))
    await first.append([runBatch(0, 1)], [], never)
  })

  test('a database of another program, which is left as it is', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'telemetry-000001-2026.sqlite')
    using db = new DatabaseSync(path)
    db.exec('CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)')
    await refuses(folder.path, new RegExp(`${path} is another program's database: move it away`))
    assert.equal(db.prepare('SELECT count(*) AS rows FROM theirs').get()?.rows, 1)
  })

  test('files of a newer version', async () => {
    await using folder = await temporaryFolder()
    await storeAndClose({ folder: folder.path }, [0])
    const [file = ''] = partitionsIn(folder.path)
    using db = new DatabaseSync(join(folder.path, file))
    db.exec('PRAGMA user_version = 2')
    await refuses(folder.path, new RegExp(`${file} was written by a newer Headwatch`))
  })
})

describe('a damaged partition', () => {
  test('is set aside at the start and the rest is served', async () => {
    await using folder = await temporaryFolder()
    await storeAndClose({ folder: folder.path }, [0, 10, 20])
    const [first = ''] = partitionsIn(folder.path)
    overwrite(join(folder.path, first), 0, 4_096)
    const host = fakeHost()
    await using store = await opened({ folder: folder.path }, host)
    assert.deepEqual(await store.storedRanges(runSource), [{ first: 0n, last: 29n }])
    assert.equal(await countOf(store), 20)
    assert.ok(readdirSync(folder.path).includes(`${first}.corrupt`))
    assert.equal(host.logger.lines.filter(({ level }) => level === 'error').length, 1)
  })

  test('that is the newest costs what only it had, and is not written again', async () => {
    await using folder = await temporaryFolder()
    await storeAndClose({ folder: folder.path }, [0, 10, 20])
    const newest = partitionsIn(folder.path).at(-1) ?? ''
    overwrite(join(folder.path, newest), 0, 100)
    for (const suffix of ['-wal', '-shm']) rmSync(join(folder.path, newest + suffix), { force: true })
    await using store = await opened({ folder: folder.path })
    assert.deepEqual(await store.storedRanges(runSource), [{ first: 0n, last: 19n }])
    await store.append([runBatch(20, 10)], [], never)
    assert.equal(await assertStoredOnce(store), 30)
    assert.ok(readdirSync(folder.path).includes(`${newest}.corrupt`))
  })

  test('that is found by a question is set aside then', async () => {
    await using folder = await temporaryFolder()
    await storeAndClose({ folder: folder.path }, [0, 10, 20])
    await using store = await opened({ folder: folder.path })
    const [first = ''] = partitionsIn(folder.path)
    const path = join(folder.path, first)
    // Everything but the first page: the file still opens.
    overwrite(path, 4_096, statSync(path).size - 4_096)
    assert.equal(await countOf(store), 20)
    assert.ok(readdirSync(folder.path).includes(`${first}.corrupt`))
  })

  test('whose first transaction never ended is begun anew', async () => {
    await using folder = await temporaryFolder()
    await storeAndClose({ folder: folder.path }, [0])
    writeFileSync(join(folder.path, 'telemetry-000002-2026.sqlite'), '')
    await using store = await opened({ folder: folder.path })
    await store.append([runBatch(10, 10)], [], never)
    assert.equal(await assertStoredOnce(store), 20)
  })
})

describe('what is old', () => {
  test('goes by age, while ranges, nodes, alarms and latest values stay', async () => {
    await using folder = await temporaryFolder()
    const host = fakeHost()
    await using store = await opened({ folder: folder.path, partitionMinutes: 10, keepHours: 1 }, host)
    const origin = { agent: 'eu-1', node: 'geth', network: '1' }
    const key = { resource: 'node/geth', alarmType: 'node_silent', qualifier: '' }
    const records = [
      { type: 'node', origin, at: 5, client: 'Geth', chainId: 1n },
      { type: 'alarm', origin, at: 6, key, change: 'raised', version: 1, severity: 'major', text: 'silent' },
      { type: 'metrics', origin, at: 7, readings: { gas_price_wei: 2n ** 60n + 1n } },
    ] as const
    await store.append([{ source: runSource, lane: 'live', first: 0n, count: 3, records }], [], never)
    for (let turn = 0; turn < 10; turn += 1) {
      host.clock.jump(10 * minuteMs)
      await store.append([{ ...runBatch(3 + turn, 1), records: [], offsets: [] }], [], never)
    }
    const kept = partitionsIn(folder.path).length
    assert.ok(kept >= 7 && kept <= 8, `${kept} partitions`)
    assert.deepEqual(await store.storedRanges(runSource), [{ first: 0n, last: 12n }])
    assert.deepEqual(await store.nodes(), [records[0]])
    assert.equal((await store.alarms({ from: 0, to: 10, limit: 1 }))[0]?.version, 1)
    const [latest] = await store.latest({ network: '1', node: 'geth' })
    assert.deepEqual([latest?.value, latest?.at], [2n ** 60n + 1n, 7])
    await store[Symbol.asyncDispose]()
    await using reopened = await opened({ folder: folder.path }, host)
    assert.deepEqual(await reopened.storedRanges(runSource), [{ first: 0n, last: 12n }])
    assert.deepEqual(await reopened.nodes(), [records[0]])
    assert.deepEqual(await reopened.latest({ network: '1', node: 'geth' }), [latest])
    assert.equal((await reopened.alarms({ from: 0, to: 10, limit: 1 }))[0]?.version, 1)
  })

  test('goes early when all files together are too large', async () => {
    await using folder = await temporaryFolder()
    const host = fakeHost()
    const mebibytes = 16
    await using store = await opened({ folder: folder.path, maxBytes: mebibytes * 1_048_576 }, host)
    const origin = { agent: 'eu-1', node: 'geth', network: '1' }
    const message = 'x'.repeat(10_000)
    for (let first = 0; first < 3_000; first += 100) {
      const records = Array.from(
        { length: 100 },
        () => ({ type: 'log', origin, at: first, severity: 6, application: 'a', message }) as const,
      )
      await store.append([{ source: runSource, lane: 'live', first: BigInt(first), count: 100, records }], [], never)
    }
    const files = readdirSync(folder.path).map((name) => statSync(join(folder.path, name)).size)
    const total = files.reduce((sum, bytes) => sum + bytes, 0)
    assert.ok(total <= mebibytes * 1_048_576 * 1.25, `${total} bytes`)
    assert.deepEqual(await store.storedRanges(runSource), [{ first: 0n, last: 2_999n }])
    assert.equal((await store.logs({ from: 2_900, to: 3_000, limit: 1_000 })).length, 100)
  })
})

describe('a folder that is taken away while it is used', () => {
  test('is made again, and all that is answered for from then on is there after a restart, once', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'data')
    const host = fakeHost()
    {
      const store = await opened({ folder: path }, host)
      await store.append([runBatch(0, 10)], [], never)
      rmSync(path, { recursive: true })
      await store.append([runBatch(10, 10)], [], never)
      assert.deepEqual(await store.append([runBatch(0, 20)], [], never), { stored: 0, duplicates: 20 })
      assert.equal(host.meter.value('sqlite_partitions_vanished_total'), 1)
      assert.equal(await countOf(store), 10)
      await store[Symbol.asyncDispose]()
    }
    await using store = await opened({ folder: path })
    assert.deepEqual(await store.storedRanges(runSource), [{ first: 0n, last: 19n }])
    assert.equal(await countOf(store), 10)
  })

  test('and another put in its place is written to as it is', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'data')
    await using store = await opened({ folder: path })
    await store.append([runBatch(0, 10)], [], never)
    const [file = ''] = partitionsIn(path)
    rmSync(join(path, file))
    writeFileSync(join(path, file), 'not ours')
    await store.append([runBatch(10, 10)], [], never)
    assert.equal(readFileSync(join(path, file), 'utf8'), 'not ours')
    assert.equal(partitionsIn(path).length, 2)
  })
})

describe('an agent that names streams without end', () => {
  test('has those it last wrote to remembered, also after a restart, and nobody else forgotten', async () => {
    await using folder = await temporaryFolder()
    const host = fakeHost()
    const ofStream = (number: number) => ({ ...runSource, agent: 'many', stream: `s${number}` })
    const storedOf = async (store: Store) => {
      const ranges = await Promise.all([0, 1, 299].map((number) => store.storedRanges(ofStream(number))))
      return ranges.map((stored) => stored.length)
    }
    {
      await using store = await opened({ folder: folder.path }, host)
      await store.append([runBatch(0, 1)], [], never)
      for (let number = 0; number < 300; number++) {
        const batches = [0, number].map((stream) => ({ ...runBatch(number, 1), source: ofStream(stream) }))
        await store.append(number === 0 ? batches.slice(1) : batches, [], never)
      }
      assert.deepEqual(await storedOf(store), [1, 0, 1])
      assert.deepEqual(await store.storedRanges(runSource), [{ first: 0n, last: 0n }])
      assert.equal(host.meter.value('sqlite_forgotten_total'), 44)
      host.clock.jump(20 * minuteMs)
      await store.append([runBatch(1, 1)], [], never)
    }
    await using reopened = await opened({ folder: folder.path }, host)
    assert.deepEqual(await storedOf(reopened), [1, 0, 1])
  })
})

describe('a store that is behind', () => {
  test('refuses for now what would wait beyond its bound, and stores the rest', async () => {
    await using folder = await temporaryFolder()
    await using store = await opened({ folder: folder.path, maxWaitingRecords: 1_000 })
    const appends = Array.from({ length: 30 }, (_, index) => store.append([runBatch(index * 100, 100)], [], never))
    const outcomes = await Promise.allSettled(appends)
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    assert.equal(refused.length, 20)
    assert.ok(refused.every(({ retryable }) => retryable === true))
    assert.equal(await assertStoredOnce(store), 1_000)
  })

  test('refuses for now more questions than may wait', async () => {
    await using folder = await temporaryFolder()
    await using store = await opened({ folder: folder.path, maxQuestions: 1 })
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => store.gaps({ limit: 1 })))
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    assert.ok(refused.length > 0 && refused.length < 50)
    assert.ok(refused.every(({ retryable }) => retryable === true))
  })

  test('stores under its own source what is appended while more questions come than may wait', async () => {
    await using folder = await temporaryFolder()
    await using store = await opened({ folder: folder.path, maxQuestions: 1 })
    const questions = Promise.allSettled(Array.from({ length: 50 }, () => store.storedRanges(runSource)))
    const appended = [store.append([runBatch(0, 10)], [], never)]
    const source = { ...runSource, stream: 'another' }
    appended.push(store.append([{ ...runBatch(0, 3), source }], [], never))
    await Promise.all(appended)
    await questions
    assert.deepEqual(await store.storedRanges(runSource), [{ first: 0n, last: 9n }])
    assert.deepEqual(await store.storedRanges(source), [{ first: 0n, last: 2n }])
  })

  test('survives what cannot be handed to its thread, however often it comes', async () => {
    await using folder = await temporaryFolder()
    await using store = await opened({ folder: folder.path, maxQuestions: 1 })
    const batch = runBatch(0, 1)
    const broken = { type: 'log', origin: { agent: 'eu-1', node: 'geth' }, at: 1, message: () => 'no text' }
    const unsendable = { ...batch, source: { ...runSource, stream: 'broken' }, records: [broken] as never }
    for (let turn = 0; turn < 20; turn++) await assert.rejects(store.append([unsendable], [], never))
    await store.append([batch], [], never)
    assert.equal(await assertStoredOnce(store), 1)
  })

  test('lets go of a question nobody waits for, and of an append that has not begun', async () => {
    await using folder = await temporaryFolder()
    await using store = await opened({ folder: folder.path })
    const controller = new AbortController()
    const first = store.append([runBatch(0, 10)], [], never)
    const second = store.append([runBatch(10, 10)], [], controller.signal)
    const question = store.logs({ from: 0, to: 1, limit: 1, text: 'x' }, controller.signal)
    const reason = new Error('enough')
    controller.abort(reason)
    await assert.rejects(question, reason)
    await assert.rejects(second, reason)
    await first
    assert.equal(await assertStoredOnce(store), 10)
  })

  test('commits what waits before it closes, and takes nothing after', async () => {
    await using folder = await temporaryFolder()
    const store = await opened({ folder: folder.path })
    const waiting = [0, 10, 20].map((first) => store.append([runBatch(first, 10)], [], never))
    await store[Symbol.asyncDispose]()
    await Promise.all(waiting)
    await assert.rejects(store.append([runBatch(30, 10)], [], never), { retryable: true })
    await assert.rejects(store.latest({ network: '1', node: 'geth' }), { retryable: true })
    await using reopened = await opened({ folder: folder.path })
    assert.equal(await assertStoredOnce(reopened), 30)
  })
})

async function opened(settings: Partial<SqliteConfig>, host = fakeHost()): Promise<SqliteStore> {
  const store = new SqliteStore(config.parse({ commitEveryMs: 0, keepHours: 1e6, ...settings }), host)
  await store.open(never)
  return store
}

/** Ten records from each of `firsts` on, each in a partition of its own. */
async function storeAndClose(settings: Partial<SqliteConfig>, firsts: readonly number[]): Promise<void> {
  const host = fakeHost()
  await using store = await opened(settings, host)
  for (const first of firsts) {
    await store.append([runBatch(first, 10)], [], never)
    host.clock.jump(10 * minuteMs)
  }
}

async function refuses(folder: string, sentence: RegExp): Promise<void> {
  const store = new SqliteStore(config.parse({ folder }), fakeHost())
  await assert.rejects(store.open(never), { retryable: false, message: sentence })
}

async function countOf(store: Store): Promise<number> {
  const question = { network: '1', node: 'geth', from: 0, to: 4e12, names: ['number_count'], points: 1 }
  return (await store.series(question))[0]?.points[0]?.count ?? 0
}

function partitionsIn(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sqlite'))
    .sort()
}

/** Damages a file where it stands. */
function overwrite(path: string, from: number, bytes: number): void {
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(bytes, 0xa5), 0, bytes, from)
  closeSync(file)
}
