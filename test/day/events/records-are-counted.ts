import assert from 'node:assert/strict'
import { complaintOf } from '../../oracle/judgement.ts'
import { until } from '../../peers/until.ts'
import { readChain } from '../chain-blocks.ts'
import { isAllStored, storedStats } from '../client-stats.ts'
import type { Day, DayEvent } from '../day.ts'
import type { NumberedAgent } from '../numbered-agent.ts'
import { type Account, reconcile } from '../reconcile.ts'
import { readStoredRecords, type StoredRecords } from '../stored-records.ts'

export const recordsAreCounted: DayEvent = {
  name: 'the ledger is balanced with store, API and page',
  async happen(day) {
    const { client, chain, server, network, viewer, say, ledger } = day
    client.fallSilent()
    const blocks = await readChain(chain.endpoint)
    const newest = blocks.at(-1)
    assert.ok(newest)
    await until('the newest block is stored for every agent that reads each', () => {
      const { receptions } = readStoredRecords(server.dataFolder)
      return [day.steady, day.killed].every(({ name }) => receptions.get(name)?.has(newest.hash))
    })
    const stored = readStoredRecords(server.dataFolder)
    const accounts = [await statsOfClient(day), blocksOfClient(day, stored), ...blocksOfChain(day, blocks, stored)]
    const balances = accounts.map((account) => reconcile(ledger, account))
    for (const { sentence } of balances) say(sentence)
    const remote = stored.receptions.get(day.remote.name)?.size ?? 0
    say(`${day.remote.name} looks every 5 s, more seldom than blocks come: it told of ${remote} of ${blocks.length}`)
    assert.deepEqual(
      balances.flatMap(({ faults }) => faults),
      [],
    )
    for (const agent of [day.steady, day.killed]) say(await balanceOfNumbers(agent))
    const shown = await server.api.blockHashes(network)
    for (const { hash } of blocks.slice(-5)) assert.ok(shown.includes(hash), `the API knows ${hash}`)
    await viewer.seesInBars(/3 of 3 reported, 0 dropped/)
  },
}

/** Of what an agent answered for nothing may be lost or declared missing, whatever the day brought. */
async function balanceOfNumbers({ name, source, judgement }: NumberedAgent): Promise<string> {
  source.pause()
  await until(`${name} has answered`, () => source.isAnswered)
  await until(`all that ${name} answered for is stored`, () => judgement().lost.length === 0)
  const outcome = judgement()
  assert.equal(complaintOf(name, outcome), undefined)
  assert.deepEqual(outcome.declared, [], `${name} declared nothing missing`)
  return `numbered records of agent ${name}: ${outcome.kept} acknowledged, every one stored exactly once, lost 0 records`
}

/** The chain by anybody, then by each agent that reads every block, from its first one on. */
function blocksOfChain(
  { steady, killed }: Day,
  blocks: Awaited<ReturnType<typeof readChain>>,
  { blocks: stored, receptions }: StoredRecords,
): readonly Account[] {
  const account = (of: string, node: string | undefined, counts: ReadonlyMap<string, number>): Account => {
    const from = blocks.findIndex(({ hash }) => counts.has(hash))
    assert.ok(from >= 0, `${of}: nothing is stored`)
    const expected = blocks.slice(from).map(({ number, hash, sealedAtMs }) => ({
      what: `block ${number}`,
      atMs: sealedAtMs,
      stored: counts.get(hash) ?? 0,
    }))
    return { of, node, expected }
  }
  const ofAgent = (name: string) => account(`blocks by agent ${name}`, name, receptions.get(name) ?? new Map())
  return [account('blocks of the chain', undefined, stored), ofAgent(steady.name), ofAgent(killed.name)]
}

function blocksOfClient({ ledger, client }: Day, { receptions }: StoredRecords): Account {
  const counts = receptions.get(client.name)
  const expected = ledger.issued
    .filter(({ kind }) => kind === 'block')
    .map(({ number, hash = '', issuedAtMs }) => ({
      what: `block ${number}`,
      atMs: issuedAtMs,
      stored: counts?.get(hash) ?? 0,
    }))
  return { of: `blocks by old client ${client.name}`, node: client.name, expected }
}

async function statsOfClient(day: Day): Promise<Account> {
  const { ledger, client } = day
  await isAllStored(day)
  const counts = await storedStats(day)
  const expected = ledger.issued
    .filter(({ kind }) => kind === 'stats')
    .map(({ number, issuedAtMs }) => ({ what: `stats ${number}`, atMs: issuedAtMs, stored: counts.get(number) ?? 0 }))
  return { of: `stats by old client ${client.name}`, node: client.name, expected }
}
