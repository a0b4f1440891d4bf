// npm test [-- FILE…]: runs the tests beside the code, or only the named files.
// --full: the slow ones (*.full.test.ts) and the day. --day: the day alone (*.day.test.ts).
// --peers: first installs the programs that tests need, see peers/set-up-peers.ts.
import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { setUpPeers } from './peers/set-up-peers.ts'
import type { Tally } from './test-tally.ts'

type Selection = 'quick' | 'full' | 'day'

const TIMEOUT_MS: Record<Selection, number> = { quick: 120_000, full: 900_000, day: 900_000 }
/** The slow tests measure whole systems, and two at once would measure each other. */
const CONCURRENCY: Record<Selection, number> = { quick: 2, full: 1, day: 1 }

const { values, positionals } = parseArgs({
  options: { peers: { type: 'boolean' }, full: { type: 'boolean' }, day: { type: 'boolean' } },
  allowPositionals: true,
})
const selection: Selection = values.day ? 'day' : values.full ? 'full' : 'quick'
const isCi = process.env.CI === 'true'
const hasPeers = values.peers ? setUpPeers() : true
if (!hasPeers && isCi) {
  console.error('Under CI=true nothing may be skipped.')
  process.exit(1)
}
process.exitCode = runTests(positionals.length > 0 ? positionals : selectFiles(selection))

function selectFiles(wanted: Selection): readonly string[] {
  const all = globSync(
    [
      'packages/**/*.test.{ts,tsx}',
      'examples/**/*.test.ts',
      'scripts/**/*.test.ts',
      'test/**/*.test.ts',
      'bench/**/*.test.ts',
    ],
    {
      exclude: (path) => /(^|\/)(node_modules|dist)$/.test(path),
    },
  ).sort()
  const isDay = (path: string) => path.endsWith('.day.test.ts')
  const isFull = (path: string) => path.endsWith('.full.test.ts')
  if (wanted === 'day') return all.filter(isDay)
  if (wanted === 'full') return [...all.filter(isFull), ...all.filter(isDay)]
  return all.filter((path) => !isDay(path) && !isFull(path))
}

/** Returns the exit code. */
function runTests(files: readonly string[]): number {
  if (files.length === 0) return refuse(`No test file found (${selection}).`)
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-tests-'))
  try {
    const tallyFile = join(folder, 'tally.json')
    const { status } = spawnSync(process.execPath, [...flags(tallyFile), ...files.map((file) => relative('.', file))], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    return status === 0 ? judge(JSON.parse(readFileSync(tallyFile, 'utf8'))) : (status ?? 1)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function flags(tallyFile: string): readonly string[] {
  return [
    '--test',
    `--test-concurrency=${CONCURRENCY[selection]}`,
    `--test-timeout=${TIMEOUT_MS[selection]}`,
    '--test-force-exit',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=./scripts/test-tally.ts',
    `--test-reporter-destination=${tallyFile}`,
  ]
}

function judge({ ran, skipped }: Tally): number {
  if (ran === 0) return refuse('No test ran.')
  if (skipped.length === 0) return 0
  console.error(`${skipped.length} skipped:`)
  for (const line of skipped) console.error(`  ${line}`)
  return isCi ? refuse('Under CI=true nothing may be skipped.') : 0
}

function refuse(sentence: string): 1 {
  console.error(sentence)
  return 1
}
