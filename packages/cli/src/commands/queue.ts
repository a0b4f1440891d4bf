import { Command, Option } from 'commander'
import { forgetInQueue } from '../queue/forget.ts'
import { inspectQueues } from '../queue/inspect.ts'
import { replayInQueue } from '../queue/replay.ts'
import { verifyQueues } from '../queue/verify.ts'

const folderHelp = 'a queue’s folder, or a data folder'

/** `headwatch queue …`: looks at what waits on disk, and mends it. */
export function queueCommand(): Command {
  return new Command('queue')
    .description('Look at what waits on disk, and decide what becomes of it.')
    .addCommand(inspectCommand())
    .addCommand(verifyCommand())
    .addCommand(replayCommand())
    .addCommand(forgetCommand())
    .addHelpText(
      'after',
      '\nFor "replay" and "forget" the program that uses the queue has to be stopped.\n\nExample:\n  headwatch queue inspect ./data\n',
    )
}

function inspectCommand(): Command {
  return new Command('inspect')
    .description('Show what is in a queue, for whom and since when; changes nothing.')
    .argument('<folder>', folderHelp)
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  headwatch queue inspect ./data --json\n')
    .action(inspectQueues)
}

function verifyCommand(): Command {
  return new Command('verify')
    .description('Read every record and say what is damaged; changes nothing. Ends with 1 when something is.')
    .argument('<folder>', folderHelp)
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  headwatch queue verify ./data/queue/main\n')
    .action(verifyQueues)
}

function replayCommand(): Command {
  return new Command('replay')
    .description('Have records sent again: those still kept (retention "wrap"), or those that were refused.')
    .argument('<folder>', folderHelp)
    .addOption(destinationOption('who is to get them'))
    .addOption(new Option('--from <number>', 'from the record with this number on').conflicts(['since', 'refused']))
    .addOption(new Option('--since <time>', 'from this time on, such as 2026-11-25T14:00Z').conflicts('refused'))
    .addOption(new Option('--refused', 'what was refused, under new numbers; of every destination where none is named'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  headwatch queue replay ./data --destination native --since 2026-11-25T14:00Z\n  headwatch queue replay ./data --refused\n',
    )
    .action(replayInQueue)
}

function forgetCommand(): Command {
  return new Command('forget')
    .description('Let go what waits for a destination that will never come back.')
    .argument('<folder>', folderHelp)
    .addOption(destinationOption('whose backlog is let go').makeOptionMandatory())
    .addOption(jsonOption())
    .addHelpText('after', '\nExample:\n  headwatch queue forget ./data --destination old-server\n')
    .action(forgetInQueue)
}

function destinationOption(meaning: string): Option {
  return new Option('--destination <name>', `${meaning}: an exporter’s name in the configuration`)
}

function jsonOption(): Option {
  return new Option('--json', 'as JSON')
}
