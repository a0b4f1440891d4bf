// Brings node_modules up to date, on any Node from 18. Costs about 0.1 s when there is nothing to do.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The Node 24 that comes with the dependencies. */
export const ownNode = `${root}/node_modules/.bin/node`

const stampFile = `${root}/node_modules/.headwatch-setup`

/** Installs what package-lock.json names, once per content of that file. Ends the process when it cannot. */
export function setUp() {
  const wanted = createHash('sha256')
    .update(readFileSync(`${root}/package-lock.json`))
    .digest('hex')
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted) return
  console.error('Installing dependencies. This happens once and takes about half a minute.')
  const startedAt = Date.now()
  if (!install()) fail('Installing dependencies failed; what npm said stands above.')
  const version = spawnSync(ownNode, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? ''
  if (!version.startsWith('v24.')) {
    fail(
      `Expected Node 24 at ${ownNode}, found ${version || 'none'}. It comes as an optional dependency for Linux and ` +
        'macOS on x64 and arm64; delete node_modules, run "npm install --include=optional" and try again.',
    )
  }
  writeFileSync(stampFile, wanted)
  console.error(
    `Dependencies are installed (${Math.round((Date.now() - startedAt) / 1000)} s), Node ${version} among them.`,
  )
}

function install() {
  // `npm ci` empties node_modules first, so it is only for a tree from which nothing can be running.
  if (!existsSync(`${root}/node_modules`) && npm('ci')) return true
  return npm('install', '--no-save')
}

function npm(...args) {
  // The npm that runs this script: no shell and no search along PATH needed.
  const { npm_execpath: running = '', npm_node_execpath: runningNode = process.execPath } = process.env
  const isNpm = basename(running).startsWith('npm')
  const [program, first] = isNpm ? [runningNode, [running]] : ['npm', []]
  // Left over from the outer npm: NODE_ENV=production or omit=optional would leave out the tools or Node itself.
  const flags = ['--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error']
  return spawnSync(program, [...first, ...args, ...flags], { cwd: root, stdio: ['ignore', 2, 2] }).status === 0
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
