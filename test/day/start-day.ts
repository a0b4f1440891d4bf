import { join } from 'node:path'
import { startFaultyProxy } from '../faults/faulty-proxy.ts'
import { startAnvil } from '../peers/anvil.ts'
import { freePort } from '../peers/free-port.ts'
import { startAgent } from './agent.ts'
import type { Day } from './day.ts'
import { Footprints } from './footprint.ts'
import { installProgram } from './installed-program.ts'
import { Ledger } from './ledger.ts'
import { PretendClient } from './pretend-client.ts'
import { startServer } from './server.ts'
import { openViewer } from './viewer.ts'

const secret = 'of the day'
const network = '31337'
const pretendNetworkId = 4242

/** Starts everyone in `folder`; `stack` ends them. */
export async function startDay(folder: string, stack: AsyncDisposableStack, say: (line: string) => void): Promise<Day> {
  const program = installProgram(join(folder, 'program'))
  const port = await freePort()
  const chainPort = await freePort()
  const startChain = () => startAnvil({ port: chainPort, blockTimeS: 2, stateFile: join(folder, 'chain.json') })
  const ledger = new Ledger()
  const startedAtMs = Date.now()
  const chain = await startChain()
  const server = stack.use(await startServer({ program, port, dataFolder: join(folder, 'data'), secret }))
  const proxy = stack.use(await startFaultyProxy(port))
  const agent = async (name: string, way: { port: number; speaks: 'native' | 'ethstats'; configFile?: string }) => {
    const { port: through, ...rest } = way
    const dataFolder = join(folder, name)
    const common = { program, name, secret, rpc: chain.endpoint, server: `127.0.0.1:${through}`, dataFolder }
    return stack.use(await startAgent({ ...common, ...rest }))
  }
  const steady = await agent('bergen', { port, speaks: 'native', configFile: join(folder, 'bergen.yaml') })
  const killed = await agent('lima', { port, speaks: 'native', configFile: join(folder, 'lima.yaml') })
  const remote = await agent('quito', { port: proxy.port, speaks: 'ethstats' })
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
