import { Command, Option } from 'commander'
import { readConfigFile } from '../config-file.ts'

/** `headwatch check-config`: says everything that is wrong with a file, with lines, without starting anything. */
export function checkConfigCommand(): Command {
  return new Command('check-config')
    .description('Check a configuration file without starting anything.')
    .argument('<file>', 'the YAML file')
    .addOption(new Option('--as <program>', 'check it as this program would read it').choices(['agent', 'server']))
    .addHelpText(
      'after',
      '\nWithout --as, a file with receivers, stores or a server section is a server’s.\n\nExample:\n  headwatch check-config /etc/headwatch/agent.yaml\n',
    )
    .action(checkConfig)
}

async function checkConfig(file: string, { as }: { readonly as?: 'agent' | 'server' }): Promise<void> {
  const text = await readConfigFile(file)
  const program = as ?? (/^(receivers|stores|server|access)\s*:/m.test(text) ? 'server' : 'agent')
  const config = { file, text, environment: process.env }
  const { plan } =
    program === 'server'
      ? await (await import('@headwatch/server')).readServerConfig(config)
      : await (await import('@headwatch/agent')).readAgentConfig(config)
  console.log(`${file} is fine for an ${program}:`.replace('an server', 'a server'))
  for (const { name, from, through, to } of plan.pipelines) {
    console.log(
      `  ${name}: ${[from, through, to]
        .map((names) => names.join(', '))
        .filter((part) => part !== '')
        .join(' → ')}`,
    )
  }
}
