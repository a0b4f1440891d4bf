// node scripts/run.mjs SCRIPT ARGS…: sets the repository up, then runs SCRIPT on Node 24 or newer.
// Every npm script goes through here, so that none of them needs anything done by hand before.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { delimiter, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ownNode, root, setUp } from './setup.mjs'

setUp()
process.env.PATH = `${root}/node_modules/.bin${delimiter}${process.env.PATH ?? ''}`
const [script, ...args] = process.argv.slice(2)
if (script !== undefined) await run(resolve(root, script), args)

async function run(file, args) {
  if (Number.parseInt(process.versions.node, 10) >= 24) {
    process.argv = [process.execPath, file, ...args]
    await import(pathToFileURL(file).href)
    return
  }
  const child = spawn(ownNode, [file, ...args], { stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // A terminal's Ctrl-C reaches the whole group: passing it on would be a second one.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
  })
}
