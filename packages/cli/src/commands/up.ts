import { hostname } from 'node:os'
import { Command, Option } from 'commander'
import { dashboardFolder } from '../dashboard-folder.ts'
import { defaultServer } from '../default-server.ts'
import { runUntilSignal, type Stoppable } from '../run-until-signal.ts'
import { version } from '../version.ts'

interface UpFlags {
  readonly rpc: string
  readonly listen: string
  readonly data: string
  readonly name: string
}

/** `headwatch up`: server and agent in one process, for a first look. */
export function upCommand(): Command {
  return new Command('up')
    .description('Server and agent in one: watch the node on this machine and show it in a browser.')
    .addOption(
      new Option('--rpc <url>', 'JSON-RPC address of the node').env('HEADWATCH_RPC').default('http://127.0.0.1:8545'),
    )
    .addOption(
      new Option('--listen <host:port>', 'address of the page').env('HEADWATCH_LISTEN').default('127.0.0.1:3000'),
    )
    .addOption(new Option('--data <folder>', 'where history is kept').env('HEADWATCH_DATA').default('./data'))
    .addOption(new Option('--name <name>', 'name of the node').env('HEADWATCH_NAME').default(hostname()))
    .addHelpText('after', '\nExample:\n  headwatch up --rpc http://127.0.0.1:8545 --listen 127.0.0.1:3000\n')
    .action(runUp)
}

async function runUp({ rpc, listen, data, name }: UpFlags): Promise<void> {
  const [{ readServerConfig, startConfiguredServer, Switchboard }, { readAgentConfig, startAgent }] = await Promise.all(
    [import('@headwatch/server'), import('@headwatch/agent')],
  )
  const switchboard = new Switchboard()
  const config = { file: 'the flags', environment: process.env }
  const { receivers, ...rest } = defaultServer(listen, data)
  const serverText = JSON.stringify({ self: { agent: 'server' }, receivers: { ...receivers, native: {} }, ...rest })
  const agentText = JSON.stringify({
    self: { agent: name },
    collectors: { ethereum: { endpoint: rpc }, host: {} },
    exporters: { native: { retention: 'acked' } },
  })
  const agentConfig = await readAgentConfig({ ...config, text: agentText }, switchboard)
  const serverConfig = await readServerConfig({ ...config, text: serverText }, switchboard)
  const server = await startConfiguredServer(serverConfig, { version, dashboardFolder: dashboardFolder(), folder: '.' })
  console.log(`Headwatch is up: page on ${server.url}, history in ${data}. Ctrl+C stops it.`)
  server.followNode(name, (news) => console.log(newsText(news, rpc)))
  const agent = await startAgent(agentConfig)
  await runUntilSignal({ stop: () => stopBoth(agent, server) }, console.log)
}

/** The agent first: what it holds still finds a server. */
async function stopBoth(agent: Stoppable, server: Stoppable): Promise<{ readonly lostRecords: number }> {
  const ofAgent = await agent.stop()
  const ofServer = await server.stop()
  return { lostRecords: ofAgent.lostRecords + ofServer.lostRecords }
}

function newsText(
  news: { readonly answers: boolean; readonly client?: string; readonly network?: string },
  rpc: string,
): string {
  if (news.answers) return `Watching ${rpc}: ${news.client ?? 'a node'} on network ${news.network ?? 'unknown'}.`
  return `Watching ${rpc}: no node answers there. Start one (for a try: npx @foundry-rs/anvil --block-time 5), or say where it is with --rpc.`
}
