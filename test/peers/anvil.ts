import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { freePort } from './free-port.ts'
import { rpcCall, untilAnswers } from './json-rpc.ts'

/** A real development chain of its own, from the npm registry. */
export interface Anvil extends AsyncDisposable {
  readonly port: number
  readonly endpoint: string
  readonly pid: number
  /** Ends the process at once; `startAnvil({ port })` brings another chain up at the same address. */
  kill(): Promise<void>
}

export interface AnvilOptions {
  readonly port?: number
  /** Seals a block this often, in seconds; by hand (`mineBlock`) when absent. */
  readonly blockTimeS?: number
  readonly chainId?: number
}

/** Starts a chain and resolves once it answers. */
export async function startAnvil({ port, blockTimeS, chainId = 31337 }: AnvilOptions = {}): Promise<Anvil> {
  const where = port ?? (await freePort())
  const mining = blockTimeS === undefined ? ['--no-mining'] : ['--block-time', String(blockTimeS)]
  const args = ['--host', '127.0.0.1', '--port', String(where), '--chain-id', String(chainId), '--silent', ...mining]
  const child = spawn(anvilBinary(), args, { stdio: 'ignore' })
  const endpoint = `http://127.0.0.1:${where}`
  await untilAnswers(endpoint, child)
  const kill = () => end(child)
  return { port: where, endpoint, pid: child.pid ?? 0, kill, [Symbol.asyncDispose]: kill }
}

/** Seals `count` blocks. */
export async function mineBlocks(chain: { readonly endpoint: string }, count: number): Promise<void> {
  await rpcCall(chain.endpoint, 'anvil_mine', [`0x${count.toString(16)}`])
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}

function anvilBinary(): string {
  const folder = dirname(createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json'))
  return join(folder, '..', '..', '.bin', 'anvil')
}
