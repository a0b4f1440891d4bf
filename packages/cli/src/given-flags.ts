import type { Command } from 'commander'

/** A key of a configuration, and what a flag puts there. `readConfig` calls it an override. */
export interface GivenFlag {
  readonly from: string
  readonly path: readonly string[]
  readonly value: unknown
}

/**
 * The flags of `command` that were given, on the command line or by their variable, as what they put into a
 * configuration. Flags that were not given leave the file as it is. `keys` says which flag is which key.
 */
export function givenFlags(command: Command, keys: Readonly<Record<string, readonly string[]>>): readonly GivenFlag[] {
  return Object.entries(keys).flatMap(([name, path]) => {
    const option = command.options.find((each) => each.attributeName() === name)
    const source = command.getOptionValueSource(name)
    if (option === undefined || (source !== 'cli' && source !== 'env')) return []
    const from = source === 'env' ? (option.envVar ?? '') : (option.long ?? '')
    return [{ from, path, value: command.getOptionValue(name) }]
  })
}
