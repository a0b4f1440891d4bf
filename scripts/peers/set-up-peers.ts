import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { findOnPath } from './find-on-path.ts'
import { type Peer, peers } from './peers.ts'

/**
 * As root on Debian or a relative of it, installs the missing peers. Anywhere else it names them and how to get them.
 *
 * @returns whether every peer is there now.
 */
export function setUpPeers(): boolean {
  const missing = peers.filter((peer) => !isPresent(peer))
  if (missing.length === 0) return true
  if (process.getuid?.() === 0 && findOnPath('apt-get') !== undefined) installWithApt(missing)
  const stillMissing = missing.filter((peer) => !isPresent(peer))
  for (const line of describe(stillMissing)) console.error(line)
  return stillMissing.length === 0
}

function describe(missing: readonly Peer[]): readonly string[] {
  if (missing.length === 0) return []
  const packages = missing.map((peer) => peer.debianPackage).join(' ')
  return [
    'Some programs that tests need are not installed; the tests that need them are skipped:',
    ...missing.map((peer) => `  ${peer.name}: ${peer.neededBy}`),
    `On Debian and Ubuntu: sudo apt-get install ${packages}. Elsewhere: put ${missing.map((peer) => peer.commands[0]).join(', ')} on PATH.`,
  ]
}

function installWithApt(missing: readonly Peer[]): void {
  const packages = missing.map((peer) => peer.debianPackage)
  console.error(`Installing what the tests need with apt-get: ${packages.join(', ')}. Their services are not started.`)
  using _quiet = keepServicesFromStarting()
  aptGet('update', '-qq')
  aptGet('install', '--yes', '-qq', '--no-install-recommends', ...packages)
}

function aptGet(...args: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  // Success is judged by what is there afterwards: an update may fail for one source and still serve.
  spawnSync('apt-get', args, { env, stdio: ['ignore', process.stderr, process.stderr] })
}

/** Debian's own way: while this file exists and exits with 101, installing a package starts none of its services. */
function keepServicesFromStarting(): Disposable {
  const policy = '/usr/sbin/policy-rc.d'
  if (existsSync(policy)) return { [Symbol.dispose]: () => undefined }
  writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  return { [Symbol.dispose]: () => rmSync(policy, { force: true }) }
}

function isPresent(peer: Peer): boolean {
  return peer.commands.some((command) => findOnPath(command) !== undefined)
}
