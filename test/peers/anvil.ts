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
  /** Ends the process in order: with `stateFile`, the next one started on it continues this chain. */
  stop(): Promise<void>
}

export interface AnvilOptions {
  readonly port?: number
  /** Seals a block this often, in seconds; by hand (`mineBlock`) when absent. */
  readonly blockTimeS?: number
  readonly chainId?: number
  /** Where the chain is kept from one process to the next; only in memory when absent. */
  readonly stateFile?: string
}

/** Starts a chain and resolves once it answers. */
export async function startAnvil({ port, blockTimeS, chainId = 31337, stateFile }: AnvilOptions = {}): Promise<Anvil> {
  const where = port ?? (await freePort())
  const mining = blockTimeS === undefined ? ['--no-mining'] : ['--block-time', String(blockTimeS)]
  const state = stateFile === undefined ? [] : ['--state', stateFile]
  const address = ['--host', '127.0.0.1', '--port', String(where)]
  const args = [...address, '--chain-id', String(chainId), '--silent', ...mining, ...state]
  const child = spawn(anvilBinary(), args, { stdio: 'ignore' })
  const endpoint = `http://127.0.0.1:${where}`
  await untilAnswers(endpoint, child)
  const kill = () => end(child, 'SIGKILL')
  const stop = () => end(child, 'SIGTERM')
  return { port: where, endpoint, pid: child.pid ?? 0, kill, stop, [Symbol.asyncDispose]: kill }
}

/** Seals `count` blocks. */
export async function mineBlocks(chain: { readonly endpoint: string }, count: number): Promise<void> {
  await rpcCall(chain.endpoint, 'anvil_mine', [`0x${count.toString(16)}`])
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  await once(child, 'exit')
}

/** The program itself: the script in .bin starts it as a child, which outlives it when that is killed. */
function anvilBinary(): string {
  const machine = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  const wrapper = createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json')
  const manifest = createRequire(wrapper).resolve(`@foundry-rs/anvil-${machine}/package.json`)
  return join(dirname(manifest), 'bin', 'anvil')
}
