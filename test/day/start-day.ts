import { join } from 'node:path'
import { startFaultyProxy } from '../faults/faulty-proxy.ts'
import { startAnvil } from '../peers/anvil.ts'
import { freePort } from '../peers/free-port.ts'
import { rpcCall } from '../peers/json-rpc.ts'
import { startAgent } from './agent.ts'
import type { Day } from './day.ts'
import { Footprints } from './footprint.ts'
import { installProgram } from './installed-program.ts'
import { Ledger } from './ledger.ts'
import { startNumberedAgent } from './numbered-agent.ts'
import { PretendClient } from './pretend-client.ts'
import { startServer } from './server.ts'
import { makeSmallDisk } from './small-disk.ts'
import { openViewer } from './viewer.ts'

const secret = 'of the day'
const pretendNetworkId = 4242

/** Enough for a queue's first segments, and soon full. */
const smallDiskMebibytes = 16

/** Starts everyone in `folder`; `stack` ends them. */
export async function startDay(folder: string, stack: AsyncDisposableStack, say: (line: string) => void): Promise<Day> {
  const program = installProgram(join(folder, 'program'))
  const port = await freePort()
  const chainPort = await freePort()
  const startChain = () => startAnvil({ port: chainPort, blockTimeS: 2, stateFile: join(folder, 'chain.json') })
  const ledger = new Ledger()
  const startedAtMs = Date.now()
  const chain = await startChain()
  const network = await networkOf(chain.endpoint)
  const dataFolder = join(folder, 'data')
  const server = stack.use(await startServer({ program, port, dataFolder, secret }))
  const proxy = stack.use(await startFaultyProxy(port))
  const killedProxy = stack.use(await startFaultyProxy(port))
  const killedDisk = stack.use(makeSmallDisk(join(folder, 'lima'), smallDiskMebibytes))
  const common = { program, secret, rpc: chain.endpoint }
  const numbered = async (name: string, through: number) => {
    const own = { name, server: `127.0.0.1:${through}`, dataFolder: join(folder, name), speaks: 'native' } as const
    const configFile = join(folder, `${name}.yaml`)
    return stack.use(await startNumberedAgent({ ...common, ...own, configFile }, dataFolder))
  }
  const steady = await numbered('bergen', port)
  const killed = await numbered('lima', killedProxy.port)
  const remoteServer = `127.0.0.1:${proxy.port}`
  const remoteFolder = join(folder, 'quito')
  const remote = stack.use(
    await startAgent({ ...common, name: 'quito', server: remoteServer, speaks: 'ethstats', dataFolder: remoteFolder }),
  )
  const endpoint = `ws://127.0.0.1:${port}/api`
  const client = stack.use(
    new PretendClient({ endpoint, name: 'oldNode', secret, networkId: pretendNetworkId, ledger }),
  )
  const viewer = stack.use(await openViewer(server.api.url, network, say))
  const day: Day = {
    startedAtMs,
    network,
    pretendNetwork: String(pretendNetworkId),
    chain,
    startChain,
    server,
    steady,
    killed,
    killedProxy,
    killedDisk,
    remote,
    proxy,
    client,
    viewer,
    ledger,
    footprints: new Footprints(),
    say,
  }
  stack.defer(() => day.chain.kill())
  return day
}

/** The server's name for the network of a chain: its id and how its genesis begins. */
async function networkOf(endpoint: string): Promise<string> {
  const genesis = (await rpcCall(endpoint, 'eth_getBlockByNumber', ['0x0', false])) as { hash: string }
  return `${Number(await rpcCall(endpoint, 'eth_chainId'))}-${genesis.hash.slice(2, 10)}`
}
