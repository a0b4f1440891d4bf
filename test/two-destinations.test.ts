import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type OriginalServer, originalServer } from '@headwatch/plugins/ethstats/testkit'
import { type HeadwatchProcess, startHeadwatch } from './day/headwatch-process.ts'
import { installProgram } from './day/installed-program.ts'
import { readStoredRecords } from './day/stored-records.ts'
import { mineBlocks, startAnvil } from './peers/anvil.ts'
import { freePort } from './peers/free-port.ts'
import { temporaryFolder } from './peers/temporary-folder.ts'
import { until } from './peers/until.ts'

const timeout = 120_000
/** Older than this, the old server hears of a block only when it asks. */
const staleAfterMs = 1_000

/** A chain, an agent that watches it, a server of ours and one of the older kind, each to be ended and started again. */
async function stage(folder: string) {
  const program = installProgram(join(folder, 'program'))
  const [oldPort, ourPort] = [await freePort(), await freePort()]
  const chain = await startAnvil()
  const config = join(folder, 'agent.json')
  const quick = { retryFirstMs: 50, retryMaxMs: 300 }
  const exporters = {
    native: { endpoint: `ws://127.0.0.1:${ourPort}`, token: 'of the agent', ...quick },
    ethstats: { endpoint: `ws://127.0.0.1:${oldPort}`, secret: 's3cr3t', staleAfterMs, ...quick },
  }
  const collectors = { ethereum: { endpoint: chain.endpoint, everyMs: 100 } }
  writeFileSync(
    config,
    JSON.stringify({ self: { agent: 'eu-1' }, collectors, exporters, program: { folder: join(folder, 'agent') } }),
  )
  const running = new Map<string, HeadwatchProcess>()
  const start = async (name: string, args: string[]) => {
    const saysReady = /^Headwatch (agent|server)/
    running.set(name, await startHeadwatch({ program, args, environment: {}, saysReady }))
  }
  let height = 0
  return {
    startAgent: () => start('agent', ['agent', '--config', config]),
    startOurs: () => start('ours', ['server', '--listen', `127.0.0.1:${ourPort}`, '--data', join(folder, 'ours')]),
    startOld: () => originalServer({ port: oldPort }),
    kill: async (name: 'agent' | 'ours') => running.get(name)?.kill(),
    /** Seals blocks one by one, so that each is a head of its own. */
    async mine(count: number, isSeen: (height: number) => boolean) {
      for (const last = height + count; height < last; ) {
        await mineBlocks(chain, 1)
        height++
        await until(`block ${height} is told`, () => isSeen(height))
      }
      return height
    },
    /** How often each block that the agent reported as new is stored at our server; undefined while its files are being made. */
    stored() {
      try {
        return [...(readStoredRecords(join(folder, 'ours')).receptions.get('eu-1')?.values() ?? [])]
      } catch {
        return undefined
      }
    },
    async [Symbol.asyncDispose]() {
      for (const process of running.values()) await process.kill()
      await chain.kill()
    },
  }
}

const numbersIn = (server: OriginalServer, topic: string) =>
  server.events
    .filter((event) => event.topic === topic)
    .map(({ payload }) => Number((payload.block as { number: number }).number))

const historyIn = (server: OriginalServer) =>
  server.events
    .filter(({ topic }) => topic === 'history')
    .flatMap(({ payload }) => (payload.history as { number: number }[]).map(({ number }) => number))

test('an agent serves an old server and ours at once: neither notices when the other dies, and each has all of it after', {
  timeout,
}, async () => {
  using folder = temporaryFolder()
  await using all = await stage(folder.path)
  const before = await all.startOld()
  await all.startOurs()
  await all.startAgent()
  await until('the first block is at both', () => numbersIn(before, 'block').includes(0) && all.stored()?.length === 1)
  const isAtOurs = (height: number) => (all.stored()?.length ?? 0) > height
  await all.mine(3, (height) => numbersIn(before, 'block').includes(height) && isAtOurs(height))

  await before[Symbol.asyncDispose]()
  await all.mine(5, isAtOurs)
  await all.kill('agent')
  await all.startAgent()
  const missed = await all.mine(5, isAtOurs)
  assert.equal(missed, 13, 'ours went on as if nothing were')

  const minedAt = Date.now()
  await until('what was missed is old', () => Date.now() - minedAt > staleAfterMs)
  const old = await all.startOld()
  await until('it is back', () => old.events.some(({ topic }) => topic === 'hello'))
  await all.kill('ours')
  const newest = await all.mine(3, (height) => numbersIn(old, 'block').includes(height))
  const wanted = Array.from({ length: missed - 3 }, (_, index) => index + 4)
  old.broadcast(JSON.stringify({ emit: ['history', { max: missed, min: 4, list: wanted }] }))
  await until('it has what it missed', () => historyIn(old).includes(4))
  assert.deepEqual(
    historyIn(old).toSorted((a, b) => a - b),
    wanted,
  )
  assert.ok(
    numbersIn(old, 'block').every((number) => number >= missed),
    `told as new: ${numbersIn(old, 'block')}`,
  )
  assert.deepEqual([...before.complaints, ...old.complaints], [])

  await all.startOurs()
  await until('ours has every block', () => isAtOurs(newest))
  assert.ok(
    all.stored()?.every((times) => times === 1),
    'a block is stored twice',
  )
  await old[Symbol.asyncDispose]()
})
