import { dirname } from 'node:path'
import { Command } from 'commander'
import { readConfigFile } from '../config-file.ts'
import { dashboardFolder } from '../dashboard-folder.ts'
import { defaultPipelines, defaultServer } from '../default-server.ts'
import { givenFlags } from '../given-flags.ts'
import { runUntilSignal } from '../run-until-signal.ts'
import { version } from '../version.ts'
import { configOption, dataOption, listenOption, secretOption } from './options.ts'

interface ServerFlags {
  readonly config?: string
  readonly listen: string
  readonly data: string
}

/** `headwatch server`: takes agents in, stores, judges, answers. */
export function serverCommand(): Command {
  return new Command('server')
    .description('Take agents in, keep their history, and serve page, API and feed.')
    .addOption(configOption())
    .addOption(listenOption())
    .addOption(dataOption('where history is kept, and what waits for exporters'))
    .addOption(secretOption())
    .addHelpText(
      'after',
      '\nFlags win over the file. Agents report with --server http://host:port; each brings a token of its own.\nClients that speak ethstats report to ws://host:port/api; their shared secret is HEADWATCH_SECRET.\n\nExample:\n  HEADWATCH_SECRET=… headwatch server --listen 0.0.0.0:3000 --data /var/lib/headwatch\n',
    )
    .action(runServer)
}

const keys = { listen: ['server', 'listen'], data: ['stores', 'sqlite', 'folder'] }

async function runServer({ config, listen, data }: ServerFlags, command: Command): Promise<void> {
  const { readServerConfig, startConfiguredServer } = await import('@headwatch/server')
  const text =
    config === undefined
      ? JSON.stringify({ self: { agent: 'server' }, ...defaultServer(listen, data), pipelines: defaultPipelines })
      : await readConfigFile(config)
  const read = await readServerConfig({
    file: config ?? 'the flags',
    text,
    environment: process.env,
    flags: [...givenFlags(command, keys), ...givenFlags(command, { data: ['server', 'folder'] })],
  })
  await runUntilSignal(async () => {
    const server = await startConfiguredServer(read, {
      version,
      dashboardFolder: dashboardFolder(),
      folder: config === undefined ? '.' : dirname(config),
    })
    console.log(
      `Headwatch server: page on ${server.url}, agents report with --server ${server.url}, ethstats clients to ${server.url.replace('http', 'ws')}/api. Ctrl+C stops it.`,
    )
    return server
  }, console.log)
}
