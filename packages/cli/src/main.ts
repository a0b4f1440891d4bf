#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { agentCommand } from './commands/agent.ts'
import { checkConfigCommand } from './commands/check-config.ts'
import { queueCommand } from './commands/queue.ts'
import { serverCommand } from './commands/server.ts'
import { upCommand } from './commands/up.ts'
import { complaint, exitCode } from './exit.ts'
import { version } from './version.ts'

const program = new Command('headwatch')
  .description('Live telemetry for Ethereum-type networks: an agent beside every node, a server, a dashboard.')
  .version(version)
  .showSuggestionAfterError()
  .showHelpAfterError('Run it with --help to see what it takes.')
  .addHelpText(
    'after',
    '\nFirst look: run "headwatch up" beside a node and open the address it prints.\nEvery flag also reads a variable of the environment, named in the help of its command.\n',
  )

for (const command of [upCommand(), serverCommand(), agentCommand(), checkConfigCommand(), queueCommand()])
  program.addCommand(command)
for (const command of withAllBelow(program)) command.exitOverride()

try {
  await program.parseAsync()
} catch (thrown) {
  if (thrown instanceof CommanderError) process.exitCode = thrown.exitCode === 0 ? 0 : exitCode.misused
  else {
    const { text, code } = complaint(thrown)
    console.error(text)
    process.exitCode = code
  }
}

function withAllBelow(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withAllBelow)]
}
