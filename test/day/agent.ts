import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type HeadwatchProcess, startHeadwatch } from './headwatch-process.ts'

export interface AgentOptions {
  readonly program: string
  readonly name: string
  readonly secret: string
  /** JSON-RPC address of the node. */
  readonly rpc: string
  /** `127.0.0.1:3000` */
  readonly server: string
  /** How it reports: to a Headwatch server as its own agents do, or as ethstats. */
  readonly speaks: 'native' | 'ethstats'
  /** Where it keeps what waits. */
  readonly dataFolder: string
  /** A configuration file to write and use; flags alone when absent. */
  readonly configFile?: string
  /** Where the configured one takes in numbered records. */
  readonly numberedPort?: number
}

/** An agent as its operator starts it, and starts it again. */
export interface Agent extends AsyncDisposable {
  readonly name: string
  readonly process: HeadwatchProcess
  /** The same command once more. */
  restart(): Promise<void>
}

const numberedReceiver = fileURLToPath(new URL('../oracle/numbered-receiver.mjs', import.meta.url))

/** Often enough that no block of a 2 s chain goes by between two looks. */
const everyMs = 500

export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { program, name, secret, rpc, server, speaks, dataFolder, configFile } = options
  if (configFile !== undefined) writeFileSync(configFile, configuration(options))
  const destination = speaks === 'native' ? ['--server', `http://${server}`] : ['--ethstats', `ws://${server}`]
  const flags = ['--rpc', rpc, ...destination, '--name', name, '--data', dataFolder]
  const args = ['agent', ...(configFile === undefined ? flags : ['--config', configFile])]
  const environment = { HEADWATCH_SECRET: secret, HEADWATCH_TOKEN: `the token of ${name}` }
  const start = () => startHeadwatch({ program, args, environment, saysReady: /^Headwatch agent/ })
  let process = await start()
  return {
    name,
    get process() {
      return process
    },
    async restart() {
      process = await start()
    },
    [Symbol.asyncDispose]: () => process.kill(),
  }
}

function configuration({ name, rpc, server, speaks, dataFolder, numberedPort }: AgentOptions): string {
  const exporter = {
    native: `native: { endpoint: "ws://${server}/agent", token: "\${HEADWATCH_TOKEN}", retention: acked }`,
    ethstats: `ethstats: { endpoint: "ws://${server}", secret: "\${HEADWATCH_SECRET}" }`,
  }[speaks]
  return `self: { agent: ${name} }
plugins: ["${numberedReceiver}"]
receivers:
  numbered: { port: ${numberedPort} }
collectors:
  ethereum: { endpoint: "${rpc}", everyMs: ${everyMs} }
  host: {}
exporters:
  ${exporter}
pipelines:
  main: { from: [ethereum, host, numbered], to: [${speaks}], queue: { whenFull: wait } }
program: { folder: "${dataFolder}" }
`
}
