import { hostname } from 'node:os'
import { join } from 'node:path'
import { Command, Option } from 'commander'
import { dashboardFolder } from '../dashboard-folder.ts'
import { defaultServer } from '../default-server.ts'
import { givenFlags } from '../given-flags.ts'
import { type LeftBehind, runUntilSignal, type Stoppable } from '../run-until-signal.ts'
import { version } from '../version.ts'
import { dataOption, listenOption, rpcOption, secretOption } from './options.ts'

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
    .addOption(rpcOption())
    .addOption(listenOption())
    .addOption(dataOption('where history is kept, and what waits for it'))
    .addOption(new Option('--name <name>', 'name of the node').env('HEADWATCH_NAME').default(hostname()))
    .addOption(secretOption())
    .addHelpText('after', '\nExample:\n  headwatch up --rpc http://127.0.0.1:8545 --listen 127.0.0.1:3000\n')
    .action(runUp)
}

/** Where server and agent of this process find each other. */
const inProcess = 'in_process:main'
const agentKeys = { rpc: ['collectors', 'ethereum', 'endpoint'], name: ['self', 'agent'] }
const serverKeys = { listen: ['server', 'listen'], data: ['stores', 'sqlite', 'folder'] }
/** The sections of the agent; variables that name others are the server's. */
const agentSections = /^HEADWATCH_(SELF|COLLECTORS|EXPORTERS|PROGRAM)__/

async function runUp({ rpc, listen, data, name }: UpFlags, command: Command): Promise<void> {
  const [{ readServerConfig, startConfiguredServer, inProcessCarrier }, { readAgentConfig, startAgent }] =
    await Promise.all([import('@headwatch/server'), import('@headwatch/agent')])
  const carrier = await inProcessCarrier()
  const { receivers, ...rest } = defaultServer(listen, data)
  const ownAgent = { 'native/up': { listen: inProcess } }
  const serverText = JSON.stringify({ self: { agent: 'server' }, receivers: { ...receivers, ...ownAgent }, ...rest })
  const agentText = JSON.stringify({
    self: { agent: name },
    collectors: { ethereum: { endpoint: rpc }, host: {} },
    exporters: { native: { endpoint: inProcess, retention: 'acked' } },
    program: { folder: join(data, 'agent') },
  })
  const agentConfig = await readAgentConfig(
    {
      file: 'the flags',
      text: agentText,
      environment: environmentWithout((variable) => variable.includes('__') && !agentSections.test(variable)),
      flags: givenFlags(command, agentKeys),
    },
    carrier,
  )
  const serverConfig = await readServerConfig(
    {
      file: 'the flags',
      text: serverText,
      environment: environmentWithout((variable) => agentSections.test(variable)),
      flags: givenFlags(command, serverKeys),
    },
    carrier,
  )
  await runUntilSignal(async () => {
    const page = { version, dashboardFolder: dashboardFolder(), folder: '.' }
    const server = await startConfiguredServer(serverConfig, page)
    console.log(`Headwatch is up: page on ${server.url}, history in ${data}. Ctrl+C stops it.`)
    server.followNode(name, (news) => console.log(newsText(news, rpc)))
    const agent = await startAgent(agentConfig).catch(async (error: unknown) => {
      await server.stop()
      throw error
    })
    return { stop: () => stopBoth(agent, server) }
  }, console.log)
}

function environmentWithout(isLeftOut: (variable: string) => boolean): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([variable]) => !isLeftOut(variable)))
}

/** The agent first: what it holds still finds a server. */
async function stopBoth(agent: Stoppable, server: Stoppable): Promise<LeftBehind> {
  const ofAgent = await agent.stop()
  const ofServer = await server.stop()
  return {
    lostRecords: ofAgent.lostRecords + ofServer.lostRecords,
    keptRecords: ofAgent.keptRecords + ofServer.keptRecords,
  }
}

function newsText(
  news: { readonly answers: boolean; readonly client?: string; readonly network?: string },
  rpc: string,
): string {
  if (news.answers) return `Watching ${rpc}: ${news.client ?? 'a node'} on network ${news.network ?? 'unknown'}.`
  return `Watching ${rpc}: no node answers there. Start one (for a try: npx @foundry-rs/anvil --block-time 5), or say where it is with --rpc.`
}
