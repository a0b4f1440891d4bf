import { dirname } from 'node:path'
import { Command, Option } from 'commander'
import { readConfigFile } from '../config-file.ts'
import { dashboardFolder } from '../dashboard-folder.ts'
import { defaultServer, unacknowledged } from '../default-server.ts'
import { runUntilSignal } from '../run-until-signal.ts'
import { version } from '../version.ts'

interface ServerFlags {
  readonly config?: string
  readonly listen: string
  readonly data: string
}

/** `headwatch server`: takes agents in, stores, judges, answers. */
export function serverCommand(): Command {
  return new Command('server')
    .description('Take agents in, keep their history, and serve page, API and feed.')
    .addOption(
      new Option('--config <file>', 'read everything from this file; see "headwatch check-config"').env(
        'HEADWATCH_CONFIG',
      ),
    )
    .addOption(
      new Option('--listen <host:port>', 'address of page, API and agents')
        .env('HEADWATCH_LISTEN')
        .default('127.0.0.1:3000'),
    )
    .addOption(new Option('--data <folder>', 'where history is kept').env('HEADWATCH_DATA').default('./data'))
    .addHelpText(
      'after',
      '\nOld agents report to ws://host:port/api; their shared secret is HEADWATCH_SECRET.\n\nExample:\n  HEADWATCH_SECRET=… headwatch server --listen 0.0.0.0:3000 --data /var/lib/headwatch\n',
    )
    .action(runServer)
}

async function runServer({ config, listen, data }: ServerFlags): Promise<void> {
  const { readServerConfig, startConfiguredServer } = await import('@headwatch/server')
  const text =
    config === undefined
      ? JSON.stringify({ self: { agent: 'server' }, ...defaultServer(listen, data), pipelines: unacknowledged })
      : await readConfigFile(config)
  const read = await readServerConfig({ file: config ?? 'the flags', text, environment: process.env })
  const server = await startConfiguredServer(read, {
    version,
    dashboardFolder: dashboardFolder(),
    folder: config === undefined ? '.' : dirname(config),
  })
  console.log(
    `Headwatch server: page on ${server.url}, agents report to ${server.url.replace('http', 'ws')}/api. Ctrl+C stops it.`,
  )
  await runUntilSignal(server, console.log)
}
