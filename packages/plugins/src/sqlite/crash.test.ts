import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { fakeHost } from '@headwatch/sdk/testkit'
import { config } from './config.ts'
import { SqliteStore } from './sqlite-store.ts'
import { assertStoredOnce } from './testkit/stored-run.ts'
import { temporaryFolder } from './testkit/temporary-folder.ts'

const kills = 5
const never = new AbortController().signal

test('has everything it acknowledged, once, each time its process is killed', async (context) => {
  await using folder = await temporaryFolder()
  let atLeast = 0
  for (let kill = 0; kill < kills; kill += 1) {
    using child = appendForever(folder.path)
    const acknowledgements = 1 + Math.floor(Math.random() * 30)
    context.diagnostic(`kill ${kill + 1} after ${acknowledgements} acknowledgements`)
    atLeast = await storedAfter(child, acknowledgements)
    atLeast = Math.max(atLeast, await killedAfter(child))
    const stored = await storedIn(folder.path)
    assert.ok(stored >= atLeast, `${stored} stored, ${atLeast} acknowledged`)
  }
})

const canLimit = process.platform === 'linux' && spawnSync('prlimit', ['--version']).status === 0

test('refuses for now while the disk is full, loses nothing, and goes on when there is room', {
  skip: canLimit ? false : 'needs prlimit (Debian: util-linux)',
}, async () => {
  await using folder = await temporaryFolder()
  using child = appendForever(folder.path, {
    commitsToAPartition: 1e9,
    before: ['prlimit', '--fsize=262144:unlimited'],
  })
  const refusal = await lineOf(child, (line) => line.startsWith('refused'))
  assert.match(refusal, /nothing was stored: the disk/)
  const raised = spawnSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited'])
  assert.equal(raised.status, 0)
  const before = await storedAfter(child, 1)
  const after = await storedAfter(child, 20)
  assert.ok(after > before)
  const atLeast = Math.max(after, await killedAfter(child))
  assert.ok((await storedIn(folder.path)) >= atLeast)
})

interface Appending {
  /** Few, so that a kill meets the change from one partition to the next. */
  readonly commitsToAPartition?: number
  /** What starts the process. */
  readonly before?: readonly string[]
}

function appendForever(folder: string, { commitsToAPartition = 3, before = [] }: Appending = {}): ChildProcess {
  const script = fileURLToPath(new URL('./testkit/append-forever.ts', import.meta.url))
  const [command = '', ...parts] = [...before, process.execPath, script, folder, String(commitsToAPartition)]
  return spawn(command, parts, { stdio: ['ignore', 'pipe', 'inherit'] })
}

/** What is acknowledged after the next `count` acknowledgements. */
async function storedAfter(child: ChildProcess, count: number): Promise<number> {
  let left = count
  const line = await lineOf(child, (each) => {
    if (each.startsWith('stored')) left -= 1
    return left === 0
  })
  return Number(line.split(' ')[1])
}

/** Kills at once; what it had acknowledged by then. */
async function killedAfter(child: ChildProcess): Promise<number> {
  const ended = once(child, 'exit')
  let stored = 0
  linesOf(child).on('line', (line) => {
    if (line.startsWith('stored')) stored = Number(line.split(' ')[1])
  })
  child.kill('SIGKILL')
  await ended
  return stored
}

async function storedIn(folder: string): Promise<number> {
  await using store = new SqliteStore(config.parse({ folder, keepHours: 1e6 }), fakeHost())
  await store.open(never)
  return await assertStoredOnce(store)
}

const readers = new WeakMap<ChildProcess, ReturnType<typeof createInterface>>()

function linesOf(child: ChildProcess): ReturnType<typeof createInterface> {
  const known = readers.get(child)
  if (known !== undefined) return known
  assert.ok(child.stdout)
  const reader = createInterface(child.stdout)
  readers.set(child, reader)
  return reader
}

async function lineOf(child: ChildProcess, isWanted: (line: string) => boolean): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const hear = (line: string): void => {
    if (isWanted(line)) resolve(line)
  }
  const end = (): void => reject(new Error('the process ended by itself'))
  const reader = linesOf(child).on('line', hear)
  child.once('exit', end)
  try {
    return await promise
  } finally {
    reader.off('line', hear)
    child.off('exit', end)
  }
}
