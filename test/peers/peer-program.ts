import { findOnPath } from '../../scripts/peers/find-on-path.ts'
import { type Peer, peers } from '../../scripts/peers/peers.ts'

export type PeerProgram =
  | { readonly path: string; readonly skip: false }
  /** Why a test that needs it cannot run, for `skip`. */
  | { readonly path: undefined; readonly skip: string }

/** Where a program of scripts/peers is. @throws {Error} it is missing and nothing may be skipped, under CI. */
export function peerProgram(name: Peer['name']): PeerProgram {
  const peer = peers.find((candidate) => candidate.name === name)
  if (peer === undefined) throw new Error(`scripts/peers/peers.ts names no ${name}`)
  const path = peer.commands.map(findOnPath).find((found) => found !== undefined)
  if (path !== undefined) return { path, skip: false }
  const skip = `${name} is missing: sudo apt-get install --no-install-recommends ${peer.debianPackage}`
  if (process.env.CI === 'true') throw new Error(skip)
  return { path, skip }
}
