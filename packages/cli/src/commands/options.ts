import { Option } from 'commander'
import { UsageError } from '../exit.ts'

/*
 * Flags that several commands share. Each also reads the variable that its help names.
 */

export const configOption = () =>
  new Option('--config <file>', 'YAML file to read; "headwatch check-config" checks one').env('HEADWATCH_CONFIG')

export const rpcOption = () =>
  new Option('--rpc <url>', 'JSON-RPC address of the node').env('HEADWATCH_RPC').default('http://127.0.0.1:8545')

export const listenOption = () =>
  new Option('--listen <host:port>', 'address of page, API and agents')
    .env('HEADWATCH_LISTEN')
    .default('127.0.0.1:3000')

export const dataOption = (meaning: string) =>
  new Option('--data <folder>', meaning).env('HEADWATCH_DATA').default('./data')

export const secretFileOption = () =>
  new Option('--secret-file <file>', 'file with the server’s secret; or set HEADWATCH_SECRET').env(
    'HEADWATCH_SECRET_FILE',
  )

/** Not a flag: everyone on the machine can read a command line. Known so that whoever tries it is told. */
export const secretOption = () =>
  new Option('--secret <secret>').hideHelp().argParser(() => {
    throw new UsageError(
      'a secret on the command line can be read by everyone on this machine; use --secret-file FILE or set HEADWATCH_SECRET',
    )
  })

/** The agent's proof of who it is; like a secret, in a file or a variable. */
export const tokenFileOption = () =>
  new Option('--token-file <file>', 'file with this agent’s token; or set HEADWATCH_TOKEN').env('HEADWATCH_TOKEN_FILE')

/** Not a flag either. */
export const tokenOption = () =>
  new Option('--token <token>').hideHelp().argParser(() => {
    throw new UsageError(
      'a token on the command line can be read by everyone on this machine; use --token-file FILE or set HEADWATCH_TOKEN',
    )
  })
