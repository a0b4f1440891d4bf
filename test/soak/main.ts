// npm run soak -- --minutes N [--seed S]: kills built agents and servers for so long, round after round, and writes what
// came of it to bench/soak.jsonl. The same seed on the same commit goes on where it ended, also after an abrupt end.
// npm run soak -- --sum: what the ledger's entries of clean commits come to.
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { runSoak } from './run-soak.ts'
import { isWell, ledgerFile, readLedger, sumOf } from './soak-ledger.ts'

const wantedKills = 10_000

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    seed: { type: 'string', default: '1' },
    agents: { type: 'string', default: '3' },
    kills: { type: 'string', default: '100' },
    sum: { type: 'boolean', default: false },
  },
})

if (values.sum) sum()
else await soak()

function sum(): void {
  const clean = readLedger().filter((entry) => entry.clean)
  const well = clean.filter(isWell)
  const total = sumOf(well)
  console.log(`${well.length} entries of clean commits in which all was well: ${JSON.stringify(total)}`)
  for (const entry of clean.filter((each) => !isWell(each))) console.log(`not counted: ${JSON.stringify(entry)}`)
  console.log(
    total.kills >= wantedKills
      ? `The ${wantedKills} kills are reached.`
      : `${wantedKills - total.kills} of ${wantedKills} kills are left to do.`,
  )
  if (clean.some((entry) => !isWell(entry) && entry.note === undefined)) process.exitCode = 1
}

async function soak(): Promise<void> {
  const [minutes, seed, agents, kills] = [values.minutes, values.seed, values.agents, values.kills].map(Number)
  if (!(Number(minutes) > 0) || !Number.isInteger(seed) || !(Number(agents) >= 1) || !(Number(kills) >= 1)) {
    console.error('Usage: npm run soak -- --minutes N [--seed S] [--agents N] [--kills PER_ROUND] | --sum')
    process.exitCode = 2
    return
  }
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim()
  const changed = git('status', '--porcelain').split('\n')
  const clean = changed.every((line) => line === '' || line.endsWith(ledgerFile))
  const entry = await runSoak({
    minutes: minutes as number,
    seed: seed as number,
    agents: agents as number,
    killsInRound: kills as number,
    commit: git('rev-parse', '--short=12', 'HEAD'),
    clean,
    signal: stop.signal,
    say: (line) => console.log(line),
  })
  if (!isWell(entry)) process.exitCode = 1
}
