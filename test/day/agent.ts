import { writeFileSync } from 'node:fs'
import { type HeadwatchProcess, startHeadwatch } from './headwatch-process.ts'

export interface AgentOptions {
  readonly program: string
  readonly name: string
  readonly secret: string
  /** JSON-RPC address of the node. */
  readonly rpc: string
  /** `ws://127.0.0.1:3000` */
  readonly server: string
  /** A configuration file to write and use; flags alone when absent. */
  readonly configFile?: string
}

/** An agent as its operator starts it, and starts it again. */
export interface Agent extends AsyncDisposable {
  readonly name: string
  readonly process: HeadwatchProcess
  /** The same command once more. */
  restart(): Promise<void>
}

/** Often enough that no block of a 2 s chain goes by between two looks. */
const everyMs = 500

export async function startAgent(options: AgentOptions): Promise<Agent> {
  const { program, name, secret, rpc, server, configFile } = options
  if (configFile !== undefined) writeFileSync(configFile, configuration(options))
  const flags = ['--rpc', rpc, '--server', server, '--name', name]
  const args = ['agent', ...(configFile === undefined ? flags : ['--config', configFile])]
  const start = () =>
    startHeadwatch({ program, args, environment: { HEADWATCH_SECRET: secret }, saysReady: /^Headwatch agent/ })
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

function configuration({ name, rpc, server }: AgentOptions): string {
  return `self: { agent: ${name} }
collectors:
  ethereum: { endpoint: "${rpc}", everyMs: ${everyMs} }
  host: {}
exporters:
  ethstats: { endpoint: "${server}", secret: "\${HEADWATCH_SECRET}" }
`
}
