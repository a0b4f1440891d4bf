// node bench/queue-process.ts queue|sqlite GROUP SECONDS FOLDER: puts groups of records for so long, and prints what that took.
import { mkdirSync, readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import { jsonLogger, MetricRegistry, openDiskQueue, systemClock } from '@headwatch/pipeline'
import type { TelemetryRecord } from '@headwatch/protocol'

export interface QueueFigures {
  readonly recordsPerSecond: number
  readonly cpuUsPerRecord: number
  /** Bytes written to the disk for each byte of a record's contents, in the writer's own encoding. */
  readonly writeAmplification: number
  readonly bytesPerRecord: number
  readonly residentMib: number
}

/** Of a record in a segment, before its contents. */
const headBytes = 17

interface Log extends AsyncDisposable {
  /** Resolves, to the bytes of their contents, once the records would survive a power cut; what is delivered is removed again. */
  put(records: readonly TelemetryRecord[]): Promise<number>
}

const [what = 'queue', groupText = '50', secondsText = '3', folder = '.'] = process.argv.slice(2)
const group = Number(groupText)
const samples = Array.from({ length: 1_000 }, (_, index) => sample(index))
mkdirSync(folder, { recursive: true })
await run(what === 'queue' ? await diskQueue() : sqlite(), Number(secondsText))

async function run(log: Log, seconds: number): Promise<void> {
  // Compiled by the time it counts.
  await putFor(log, 2)
  const before = { cpu: process.cpuUsage(), written: writtenBytes(), at: performance.now() }
  const { records, bytes } = await putFor(log, seconds)
  const elapsedS = (performance.now() - before.at) / 1_000
  const cpu = process.cpuUsage(before.cpu)
  const written = writtenBytes() - before.written
  const figures: QueueFigures = {
    recordsPerSecond: Math.round(records / elapsedS),
    cpuUsPerRecord: (cpu.user + cpu.system) / records,
    writeAmplification: written / bytes,
    bytesPerRecord: Math.round(bytes / records),
    residentMib: process.memoryUsage.rss() / 2 ** 20,
  }
  await log[Symbol.asyncDispose]()
  console.log(JSON.stringify(figures))
}

async function putFor(log: Log, seconds: number) {
  const end = performance.now() + seconds * 1_000
  let records = 0
  let bytes = 0
  while (performance.now() < end) {
    const first = records % samples.length
    bytes += await log.put(samples.slice(first, first + group))
    records += group
  }
  return { records, bytes }
}

async function diskQueue(): Promise<Log> {
  const queue = await openDiskQueue({
    folder,
    source: { agent: 'bench', stream: 'main', epoch: 'bench' },
    limits: { records: 1_000_000, bytes: 256 * 1024 * 1024 },
    whenFull: 'wait',
    clock: systemClock,
    logger: jsonLogger('warn', 'bench'),
    meter: new MetricRegistry(),
  })
  const reader = queue.reader('out')
  const { signal } = new AbortController()
  return {
    async put(records) {
      await queue.put(records)
      const { bytes } = reader.status().live
      const taken = await reader.take('live', { records: records.length, bytes: 64 * 1024 * 1024 }, signal)
      if (taken !== undefined) reader.settle(taken)
      return bytes - headBytes * records.length
    },
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  }
}

/** The same with a table: rows as JSON text, since that is what one does there. Delivered rows go once a second. */
function sqlite(): Log {
  const db = new DatabaseSync(join(folder, 'queue.sqlite'))
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  db.exec('CREATE TABLE queue (sequence INTEGER PRIMARY KEY, record TEXT)')
  const insert = db.prepare('INSERT INTO queue (record) VALUES (?)')
  const remove = db.prepare('DELETE FROM queue WHERE sequence <= ?')
  let last = 0
  let removedAt = performance.now()
  return {
    async put(records) {
      let bytes = 0
      db.exec('BEGIN')
      for (const record of records) {
        const text = textOf(record)
        bytes += text.length
        last = Number(insert.run(text).lastInsertRowid)
      }
      db.exec('COMMIT')
      if (performance.now() - removedAt >= 1_000) {
        removedAt = performance.now()
        remove.run(last)
      }
      return bytes
    },
    [Symbol.asyncDispose]: async () => db.close(),
  }
}

function textOf(record: TelemetryRecord): string {
  return JSON.stringify(record, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
}

/** Blocks, readings and log lines of 300 to 2,000 bytes, in turn. */
function sample(index: number): TelemetryRecord {
  const about = { origin: { agent: 'bench', node: `node-${index % 10}`, network: '1' }, at: 1_700_000_000_000 + index }
  const hash = (of: string): `0x${string}` => `0x${of.repeat(64).slice(0, 64)}`
  switch (index % 3) {
    case 0:
      return {
        ...about,
        type: 'block',
        occasion: 'head',
        block: {
          number: BigInt(20_000_000 + index),
          hash: hash('ab'),
          parentHash: hash('cd'),
          timestampS: 1_700_000_000 + index,
          miner: `0x${'12'.repeat(20)}`,
          gasUsed: 14_000_000n + BigInt(index),
          gasLimit: 30_000_000n,
          baseFeeWei: 12_345_678_901n,
          transactionCount: index % 400,
          transactionsRoot: hash('ef'),
          stateRoot: hash('01'),
        },
      }
    case 1: {
      const readings = Array.from({ length: 5 + (index % 40) }, (_, reading) => [
        `reading_${reading}_of_many_bytes`,
        reading * index + 0.5,
      ])
      return { ...about, type: 'metrics', readings: Object.fromEntries(readings) }
    }
    default:
      return {
        ...about,
        type: 'log',
        severity: 6,
        application: 'geth',
        message: 'x'.repeat(180 + ((index * 37) % 1_700)),
      }
  }
}

/** What this process has caused to be written to the disk. */
function writtenBytes(): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])
}
