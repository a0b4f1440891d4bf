import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import { fakeClock, fakeLogger, fakeMeter } from '@headwatch/sdk/testkit'
import { setBack } from './change-places.ts'
import { openDiskQueue } from './open-disk-queue.ts'
import { inspectQueue } from './queue-report.ts'
import { readRefused } from './refused-files.ts'
import { encodeHeader, segmentName } from './segment-format.ts'
import { idOf, recordOf } from './testkit/watched-queue.ts'
import { verifyQueue } from './verify-queue.ts'

const source = { agent: 'agent', stream: 'main', epoch: 'first' }
const never = new AbortController().signal
const everything = { records: 1_000, bytes: 1_000_000 }

describe('a folder that cannot be a queue is refused with the reason, and left as it is', () => {
  test('a file', async () => {
    await using folder = temporaryFolder()
    const path = join(folder.path, 'data')
    writeFileSync(path, 'not a folder')
    await refuses(path, new RegExp(`${path} is a file, not a folder; name another in program.folder`))
    assert.equal(readFileSync(path, 'utf8'), 'not a folder')
  })

  test('a folder that cannot be made', async () => {
    await refuses('/dev/null/data', /the folder \/dev\/null\/data cannot be made.*name another in program.folder/)
  })

  test('somebody else’s folder', async () => {
    await using folder = temporaryFolder()
    writeFileSync(join(folder.path, 'thesis.txt'), 'ten years')
    await refuses(
      folder.path,
      /holds something that is not a Headwatch queue \(thesis.txt\): name another folder in program.folder/,
    )
    assert.deepEqual(readdirSync(folder.path), ['thesis.txt'])
  })

  test('another program’s files under our names', async () => {
    for (const name of ['cursors.json', '0000000000000001.seg']) {
      await using folder = temporaryFolder()
      writeFileSync(join(folder.path, name), '{"theirs":true}')
      await refuses(folder.path, new RegExp(`is not a Headwatch queue \\(${name}\\)`))
      assert.deepEqual(readdirSync(folder.path), [name])
    }
  })

  test('files of a newer version', async () => {
    for (const [name, bytes] of [
      [segmentName(1n), newerSegment()],
      ['cursors.json', newerCursors()],
    ] as const) {
      await using folder = temporaryFolder()
      writeFileSync(join(folder.path, name), bytes)
      await refuses(
        folder.path,
        /was written by a newer Headwatch \(format 2\): start that version, or name another folder/,
      )
      assert.deepEqual(readFileSync(join(folder.path, name)), bytes)
      assert.deepEqual(readdirSync(folder.path), [name])
    }
  })

  test('a folder in use', async () => {
    await using folder = temporaryFolder()
    await using first = await opened(folder.path)
    first.reader('one')
    await refuses(
      folder.path,
      new RegExp(`is in use by process ${process.pid} .*: stop it, or name another folder in program.folder`),
    )
    assert.deepEqual(await first.put([recordOf(1)]), { accepted: 1, dropped: 0 })
  })

  test('limits that hold nothing', async () => {
    await using folder = temporaryFolder()
    const path = join(folder.path, 'queue')
    await assert.rejects(opened(path, { records: 10, bytes: 1_000 }), {
      name: 'RejectedError',
      message: /65536 bytes.* 1000 bytes are too little/,
    })
    assert.equal(existsSync(path), false)
  })
})

test('a queue on a real disk outlives its program, and leaves only its cursors when all is delivered', async () => {
  await using folder = temporaryFolder()
  const path = join(folder.path, 'deep', 'queue')
  {
    await using queue = await opened(path)
    queue.reader('one')
    await queue.put([1, 2, 3].map(recordOf))
  }
  await using queue = await opened(path)
  const one = queue.reader('one')
  const taken = await one.take('backlog', everything, never)
  assert.deepEqual(taken?.kind === 'batch' && taken.batch.records.map(idOf), [1, 2, 3])
  if (taken !== undefined) one.settle(taken)
  await queue[Symbol.asyncDispose]()
  assert.deepEqual(readdirSync(path).sort(), ['cursors.json', 'owner.lock'])
})

test('a folder that is taken away while it is used: once that is noticed nothing is promised', {
  timeout: 20_000,
}, async () => {
  await using folder = temporaryFolder()
  const path = join(folder.path, 'queue')
  const clock = fakeClock()
  const host = { clock, logger: fakeLogger(), meter: fakeMeter() }
  await using queue = await openDiskQueue({
    ...host,
    folder: path,
    source,
    limits: everything,
    whenFull: 'drop_newest',
  })
  queue.reader('one')
  assert.equal((await queue.put([recordOf(1)])).accepted, 1)
  rmSync(path, { recursive: true })
  while (queue.health().problem === undefined) await clock.advance(1_000)
  assert.match(queue.health().problem ?? '', /it is gone/)
  assert.deepEqual(await queue.put([recordOf(2)]), { accepted: 0, dropped: 1, dropReasons: { disk_error: 1 } })
})

describe('a queue that is not open', () => {
  test('can be looked into: segments, places, orphans, what was refused', async () => {
    await using folder = temporaryFolder()
    {
      await using queue = await opened(folder.path)
      const one = queue.reader('one')
      queue.reader('two')
      await queue.put([1, 2, 3, 4].map(recordOf))
      const taken = await one.take('live', { ...everything, records: 2 }, never)
      assert.ok(taken?.kind === 'batch')
      await one.setAside([{ sequence: taken.batch.first, record: recordOf(1) }], 'of an unknown type')
      one.settle(taken)
    }
    const report = await inspectQueue(folder.path)
    assert.partialDeepStrictEqual(report, {
      isClosed: true,
      next: 5n,
      sources: [{ from: 1n, source }],
      segments: [{ first: 1n, last: 4n, file: '0000000000000001.seg', oldestAt: recordOf(1).at }],
      destinations: [
        { destination: 'one', cursor: 3n, records: 2 },
        { destination: 'two', cursor: 1n, records: 4, oldestAt: recordOf(1).at },
      ],
      quarantine: [],
      refused: [{ destination: 'one', reason: 'of an unknown type', records: 1, source }],
    })
    const refused = await Array.fromAsync(readRefused(folder.path))
    assert.deepEqual(
      refused.map(({ records }) => records),
      [[{ sequence: 1n, record: recordOf(1) }]],
    )
    assert.deepEqual(await verifyQueue(folder.path), { records: 4, bytes: report.segments[0]?.bytes, findings: [] })
  })

  test('lets a destination have again what is still there', async () => {
    await using folder = temporaryFolder()
    {
      await using queue = await opened(folder.path)
      const one = queue.reader('one', { wrap: { bytes: 1_000_000, ageMs: 1_000_000 } })
      await queue.put(Array.from({ length: 100 }, (_, index) => recordOf(index + 1)))
      const taken = await one.take('live', everything, never)
      if (taken !== undefined) one.settle(taken)
    }
    assert.equal(await setBack(folder.path, 'one', { from: 98n }), 3)
    const since = await setBack(folder.path, 'one', { since: recordOf(90).at })
    assert.ok(since >= 11 && since < 11 + 40, `${since} records wait`)
    await assert.rejects(setBack(folder.path, 'three', { from: 1n }), /knows no destination "three"; it knows one/)
    await using queue = await opened(folder.path)
    await assert.rejects(setBack(folder.path, 'one', { from: 1n }), /is in use by process/)
    assert.equal(queue.reader('one').status().backlog.records, since)
  })

  test('says where none is', async () => {
    await using folder = temporaryFolder()
    for (const path of [folder.path, join(folder.path, 'nowhere')])
      await assert.rejects(inspectQueue(path), {
        name: 'RejectedError',
        message: /there is no queue in .*: name the folder of one/,
      })
  })
})

describe('what an earlier version wrote', () => {
  const testcases = fileURLToPath(new URL('./testcases', import.meta.url))
  for (const format of readdirSync(testcases))
    test(`is read, record by record, with its places and what was set aside: ${format}`, async () => {
      await using folder = temporaryFolder()
      cpSync(join(testcases, format, 'queue'), folder.path, { recursive: true })
      await using queue = await opened(folder.path)
      const one = queue.reader('one')
      const gap = await one.take('backlog', everything, never)
      const source = { agent: 'agent', stream: 'main', epoch: 'golden' }
      assert.deepEqual(gap?.kind === 'gap' && gap.gap, { first: 3n, last: 3n, reason: 'quarantined', source })
      const taken = await one.take('backlog', everything, never)
      const records = recordsIn(join(testcases, format, 'records.json'))
      assert.deepEqual(taken?.kind === 'batch' && taken.batch.records, records.slice(3))
      assert.equal(queue.health().quarantinedRecords, 1)
      assert.partialDeepStrictEqual(queue.orphans(), [{ destination: 'gone', records: records.length - 1 }])
      const [refused] = await Array.fromAsync(readRefused(folder.path))
      assert.deepEqual(refused?.records, [{ sequence: 2n, record: records[1] }])
    })
})

/** The records that a folder was written from: one of every type. */
function recordsIn(path: string): readonly unknown[] {
  return JSON.parse(readFileSync(path, 'utf8'), (_key, value: unknown) =>
    typeof value === 'string' && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  )
}

function newerSegment(): Buffer {
  const both = encodeHeader({ source, first: 1n, salt: 1, operatingMs: 0 })
  const copy = both.subarray(0, both.byteLength / 2)
  copy.writeUInt16LE(2, 8)
  copy.writeUInt32LE(crc32(copy.subarray(0, -4)), copy.byteLength - 4)
  return Buffer.concat([copy, copy])
}

function newerCursors(): Buffer {
  const text = '{"format":2}'
  return Buffer.from(`${crc32(text).toString(16).padStart(8, '0')} ${text}\n`)
}

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'headwatch-queue-'))
  return { path, [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true, force: true }) }
}

function opened(folder: string, limits = { records: 1_000, bytes: 1_000_000 }) {
  return openDiskQueue({
    folder,
    source,
    limits,
    whenFull: 'wait',
    clock: fakeClock(),
    logger: fakeLogger(),
    meter: fakeMeter(),
  })
}

async function refuses(folder: string, message: RegExp): Promise<void> {
  await assert.rejects(opened(folder), { name: 'RejectedError', message })
}
