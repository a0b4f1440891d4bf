import { hostname } from 'node:os'
import { Command, Option } from 'commander'
import { readConfigFile, readSecretFile } from '../config-file.ts'
import { UsageError } from '../exit.ts'
import { runUntilSignal } from '../run-until-signal.ts'

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
    .addOption(
      new Option('--config <file>', 'read everything from this file; see "headwatch check-config"').env(
        'HEADWATCH_CONFIG',
      ),
    )
    .addOption(
      new Option('--rpc <url>', 'JSON-RPC address of the node').env('HEADWATCH_RPC').default('http://127.0.0.1:8545'),
    )
    .addOption(
      new Option('--server <url>', 'ethstats server to report to: ws://host:3000 or wss://host').env(
        'HEADWATCH_SERVER',
      ),
    )
    .addOption(new Option('--name <name>', 'name of this node').env('HEADWATCH_NAME').default(hostname()))
    .addOption(
      new Option('--secret-file <file>', 'file with the server’s secret; or set HEADWATCH_SECRET').env(
        'HEADWATCH_SECRET_FILE',
      ),
    )
    .addHelpText(
      'after',
      '\nExample:\n  HEADWATCH_SECRET=… headwatch agent --rpc http://127.0.0.1:8545 --server wss://stats.example --name eu-1\n',
    )
    .action(runAgent)
}

async function runAgent(flags: AgentFlags): Promise<void> {
  const { readAgentConfig, startAgent } = await import('@headwatch/agent')
  const { plan, settings } = await readAgentConfig(await configOf(flags))
  const agent = await startAgent({ plan, settings })
  console.log(
    `Headwatch agent "${plan.self.agent}": reads ${namesOf(plan.collectors)}, sends to ${namesOf(plan.exporters)}. Ctrl+C stops it.`,
  )
  await runUntilSignal(agent, console.log)
}

async function configOf(flags: AgentFlags) {
  const { config, rpc, server, name, secretFile } = flags
  if (config !== undefined) return { file: config, text: await readConfigFile(config), environment: process.env }
  if (server === undefined)
    throw new UsageError('say where to report to, with --server ws://host:3000, or give a file with --config')
  const secret = secretFile === undefined ? (process.env['HEADWATCH_SECRET'] ?? '') : await readSecretFile(secretFile)
  const text = JSON.stringify({
    self: { agent: name },
    collectors: { ethereum: { endpoint: rpc }, host: {} },
    exporters: { ethstats: { endpoint: server, ...(secret !== '' && { secret: '${HEADWATCH_SECRET}' }) } },
  })
  return { file: 'the flags', text, environment: { ...process.env, HEADWATCH_SECRET: secret } }
}

function namesOf(instances: readonly { readonly name: string }[]): string {
  return instances.map(({ name }) => name).join(', ') || 'nothing'
}
