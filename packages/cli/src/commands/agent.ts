import { hostname } from 'node:os'
import { Command, Option } from 'commander'
import { readConfigFile, readSecretFile } from '../config-file.ts'
import { UsageError } from '../exit.ts'
import { givenFlags } from '../given-flags.ts'
import { runUntilSignal } from '../run-until-signal.ts'
import { configOption, rpcOption, secretFileOption, secretOption } from './options.ts'

interface AgentFlags {
  readonly config?: string
  readonly rpc: string
  readonly server?: string
  readonly name: string
  readonly secretFile?: string
}

/** `headwatch agent`: watches one node and sends on what it sees. */
export function agentCommand(): Command {
  return new Command('agent')
    .description('Watch the Ethereum node on this machine and report to a server.')
    .addOption(configOption())
    .addOption(rpcOption())
    .addOption(
      new Option('--server <url>', 'ethstats server to report to: ws://host:3000 or wss://host').env(
        'HEADWATCH_SERVER',
      ),
    )
    .addOption(new Option('--name <name>', 'name of this node').env('HEADWATCH_NAME').default(hostname()))
    .addOption(secretFileOption())
    .addOption(secretOption())
    .addHelpText(
      'after',
      '\nFlags win over the file.\n\nExample:\n  HEADWATCH_SECRET=… headwatch agent --rpc http://127.0.0.1:8545 --server wss://stats.example --name eu-1\n',
    )
    .action(runAgent)
}

const keys = {
  rpc: ['collectors', 'ethereum', 'endpoint'],
  server: ['exporters', 'ethstats', 'endpoint'],
  name: ['self', 'agent'],
}

async function runAgent(flags: AgentFlags, command: Command): Promise<void> {
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

async function configOf({ config, server, name, secretFile }: AgentFlags, command: Command) {
  if (config === undefined && server === undefined)
    throw new UsageError('say where to report to, with --server ws://host:3000, or give a file with --config')
  const secret = secretFile === undefined ? process.env.HEADWATCH_SECRET : await readSecretFile(secretFile)
  const isNeeded = secret !== undefined && (config === undefined || secretFile !== undefined)
  const from = secretFile === undefined ? 'HEADWATCH_SECRET' : '--secret-file'
  const secretFlag = isNeeded ? [{ from, path: ['exporters', 'ethstats', 'secret'], value: secret }] : []
  return {
    file: config ?? 'the flags',
    text: config === undefined ? flagsAlone(name) : await readConfigFile(config),
    environment: process.env,
    flags: [...givenFlags(command, keys), ...secretFlag],
  }
}

/** What an agent without a file runs, beside its flags. JSON is YAML. */
function flagsAlone(name: string): string {
  return JSON.stringify({ self: { agent: name }, collectors: { ethereum: {}, host: {} } })
}

function namesOf(instances: readonly { readonly name: string }[]): string {
  return instances.map(({ name }) => name).join(', ') || 'nothing'
}
