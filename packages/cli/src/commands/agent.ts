import { hostname } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { Command, Option } from 'commander'
import { readConfigFile, readSecretFile } from '../config-file.ts'
import { UsageError } from '../exit.ts'
import { type GivenFlag, givenFlags } from '../given-flags.ts'
import { nativeEndpoint } from '../native-endpoint.ts'
import { runUntilSignal } from '../run-until-signal.ts'
import {
  configOption,
  dataOption,
  rpcOption,
  secretFileOption,
  secretOption,
  tokenFileOption,
  tokenOption,
} from './options.ts'

interface AgentFlags {
  readonly config?: string
  readonly rpc: string
  readonly server?: string
  readonly ethstats?: string
  readonly name: string
  readonly tokenFile?: string
  readonly secretFile?: string
}

/** `headwatch agent`: watches one node and sends on what it sees. */
export function agentCommand(): Command {
  return new Command('agent')
    .description('Watch the Ethereum node on this machine and report to a server.')
    .addOption(configOption())
    .addOption(rpcOption())
    .addOption(
      new Option('--server <url>', 'Headwatch server to report to: http://host:3000 or https://host')
        .env('HEADWATCH_SERVER')
        .argParser(nativeEndpoint),
    )
    .addOption(
      new Option('--ethstats <url>', 'server of the older kind to report to, also beside --server: ws://host:3000').env(
        'HEADWATCH_ETHSTATS',
      ),
    )
    .addOption(new Option('--name <name>', 'name of this node').env('HEADWATCH_NAME').default(hostname()))
    .addOption(tokenFileOption())
    .addOption(tokenOption())
    .addOption(dataOption('where what waits for a server is kept'))
    .addOption(secretFileOption())
    .addOption(secretOption())
    .addHelpText(
      'after',
      '\nFlags win over the file. The token proves that the name is this agent’s: any long random text, kept; the server remembers\nthe first it hears. The secret is that of an ethstats server.\n\nExample:\n  HEADWATCH_TOKEN=… headwatch agent --rpc http://127.0.0.1:8545 --server https://stats.example --name eu-1\n',
    )
    .action(runAgent)
}

const keys = {
  rpc: ['collectors', 'ethereum', 'endpoint'],
  server: ['exporters', 'native', 'endpoint'],
  ethstats: ['exporters', 'ethstats', 'endpoint'],
  name: ['self', 'agent'],
  data: ['program', 'folder'],
}

async function runAgent(flags: AgentFlags, command: Command): Promise<void> {
  // Loading what an agent is made of would have V8 make room for young objects that it never needs again: some fifteen MiB.
  setFlagsFromString('--semi-space-growth-factor=1')
  const { readAgentConfig, startAgent } = await import('@headwatch/agent')
  const { plan, settings } = await readAgentConfig(await configOf(flags, command))
  await runUntilSignal(async () => {
    const agent = await startAgent({ plan, settings })
    console.log(
      `Headwatch agent "${plan.self.agent}": reads ${namesOf(plan.collectors)}, sends to ${namesOf(plan.exporters)}. Ctrl+C stops it.`,
    )
    return agent
  }, console.log)
}

async function configOf(flags: AgentFlags, command: Command) {
  const { config, server, ethstats } = flags
  if (config === undefined && server === undefined && ethstats === undefined)
    throw new UsageError('say where to report to, with --server http://host:3000, or give a file with --config')
  return {
    file: config ?? 'the flags',
    text: config === undefined ? flagsAlone(flags) : await readConfigFile(config),
    environment: process.env,
    flags: [...givenFlags(command, keys), ...(await secretsOf(flags))],
  }
}

/** Where the secrets of `flags` go. A configuration file names its own: the variables are for what flags name. */
async function secretsOf({ server, ethstats, tokenFile, secretFile }: AgentFlags): Promise<readonly GivenFlag[]> {
  const { HEADWATCH_TOKEN, HEADWATCH_SECRET } = process.env
  const token = server === undefined ? undefined : HEADWATCH_TOKEN
  const secret = ethstats === undefined ? undefined : HEADWATCH_SECRET
  return [
    ...(await secretFlag(['exporters', 'native', 'token'], '--token-file', tokenFile, 'HEADWATCH_TOKEN', token)),
    ...(await secretFlag(['exporters', 'ethstats', 'secret'], '--secret-file', secretFile, 'HEADWATCH_SECRET', secret)),
  ]
}

async function secretFlag(
  path: readonly string[],
  flag: string,
  file: string | undefined,
  variable: string,
  text: string | undefined,
): Promise<readonly GivenFlag[]> {
  if (file !== undefined) return [{ from: flag, path, value: await readSecretFile(file) }]
  return text === undefined ? [] : [{ from: variable, path, value: text }]
}

/** What an agent without a file runs, beside its flags. JSON is YAML. */
function flagsAlone({ name, server, ethstats }: AgentFlags): string {
  const exporters = {
    ...(server !== undefined && { native: { retention: 'acked' } }),
    ...(ethstats !== undefined && { ethstats: {} }),
  }
  return JSON.stringify({ self: { agent: name }, collectors: { ethereum: {}, host: {} }, exporters })
}

function namesOf(instances: readonly { readonly name: string }[]): string {
  return instances.map(({ name }) => name).join(', ') || 'nothing'
}
