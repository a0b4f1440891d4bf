import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ServerApi } from '../day/server-api.ts'
import { type FaultyProxy, startFaultyProxy } from '../faults/faulty-proxy.ts'
import { type Judgement, judge } from '../oracle/judgement.ts'
import { NumberedSource } from '../oracle/numbered-source.ts'
import { readStoredNumbers } from '../oracle/stored-numbers.ts'
import { freePort } from '../peers/free-port.ts'
import { Program } from './program.ts'
import type { Chance } from './seeded.ts'

export interface StageOptions {
  /** Path of headwatch.js. */
  readonly program: string
  /** Everything that is written stands in it. */
  readonly folder: string
  readonly agents: number
  readonly chance: Chance
  /** Keys of the agents' native exporter, beside those of the stage. */
  readonly exporter?: Readonly<Record<string, unknown>>
  /** A side that hears nothing for three times as long ends the connection. */
  readonly heartbeatMs?: number
  /** Most bytes in an agent's queue. */
  readonly queueBytes?: number
  /** Records of a line of the sources, of which one leaves every 15 ms: from 1 to this many. */
  readonly mostRecords?: number
  /** How long an agent that was asked to end may take, in milliseconds. */
  readonly drainMs?: number
}

/** One agent, the source that feeds it, and the way between it and the server. */
export interface StageAgent {
  readonly name: string
  readonly program: Program
  readonly source: NumberedSource
  readonly proxy: FaultyProxy
}

/** A server and its agents, as built, fed by numbered sources. Nothing runs yet. */
export interface Stage {
  readonly server: Program
  readonly agents: readonly StageAgent[]
  readonly api: ServerApi
  readonly storeFolder: string
  /** Starts what does not run, and waits until all of it works. */
  startAll(): Promise<void>
  /** What has come of an agent's records by now. */
  judgement(agent: StageAgent): Judgement
}

const secret = 'of the stage'
const receiver = fileURLToPath(new URL('../oracle/numbered-receiver.mjs', import.meta.url))

/** Makes the stage; `stack` ends everybody. */
export async function makeStage(options: StageOptions, stack: AsyncDisposableStack): Promise<Stage> {
  const { program, folder, agents: count } = options
  const serverPort = await freePort()
  const storeFolder = join(folder, 'store')
  const server = stack.use(
    new Program({
      program,
      args: [
        'server',
        '--config',
        written(join(folder, 'server'), serverConfig(serverPort, storeFolder, options.heartbeatMs)),
      ],
      saysReady: /^Headwatch server: page on/,
    }),
  )
  const agents: StageAgent[] = []
  for (let number = 1; number <= count; number++)
    agents.push(await makeAgent(`agent-${number}`, serverPort, options, stack))
  return {
    server,
    agents,
    api: new ServerApi(`http://127.0.0.1:${serverPort}`),
    storeFolder,
    async startAll() {
      for (const each of [server, ...agents.map((agent) => agent.program)]) {
        if (!each.isAlive) each.start()
        await each.process.ready
      }
    },
    judgement: ({ source }) => judge(source.issued, readStoredNumbers(storeFolder, source.issued.source)),
  }
}

async function makeAgent(
  name: string,
  serverPort: number,
  {
    program,
    folder,
    chance,
    exporter = {},
    mostRecords = 6,
    queueBytes = 64 * 1024 * 1024,
    drainMs = 5_000,
  }: StageOptions,
  stack: AsyncDisposableStack,
): Promise<StageAgent> {
  const proxy = stack.use(await startFaultyProxy(serverPort))
  const port = await freePort()
  const own = join(folder, name)
  const config = agentConfig({
    name,
    port,
    dataFolder: join(own, 'data'),
    serverPort: proxy.port,
    exporter,
    queueBytes,
    drainMs,
  })
  const agent = new Program({
    program,
    args: ['agent', '--config', written(own, config)],
    saysReady: /^Headwatch agent/,
  })
  stack.use(agent)
  const source = new NumberedSource({ name, port, everyMs: 15, mostRecords, chance: chance.next })
  stack.use(source)
  return { name, program: agent, source, proxy }
}

/** Writes a configuration, which JSON is too, and gives its path. */
function written(folder: string, config: object): string {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'headwatch.yaml')
  writeFileSync(file, JSON.stringify(config))
  return file
}

/** A clock that is a day ahead must not make the store let go of what it has: it keeps a month. */
function serverConfig(port: number, storeFolder: string, heartbeatMs = 1_000) {
  return {
    self: { agent: 'server' },
    receivers: { native: { restartSpreadMs: 200, retryAfterMs: 100, heartbeatMs, ackDelayMs: 20 } },
    stores: { sqlite: { folder: storeFolder, keepHours: 720, partitionMinutes: 1 } },
    server: { listen: `127.0.0.1:${port}`, logLevel: 'warn' },
    access: { sharedSecrets: [secret], bindingsFile: join(storeFolder, 'agents.json') },
  }
}

interface AgentParts {
  readonly name: string
  readonly port: number
  readonly dataFolder: string
  readonly serverPort: number
  readonly exporter: Readonly<Record<string, unknown>>
  readonly queueBytes: number
  readonly drainMs: number
}

function agentConfig({ name, port, dataFolder, serverPort, exporter, queueBytes, drainMs }: AgentParts) {
  const endpoint = `ws://127.0.0.1:${serverPort}/agent`
  const quick = { connectTimeoutMs: 2_000, retryFirstMs: 50, retryMaxMs: 400, exportTimeoutMs: 5_000 }
  return {
    self: { agent: name },
    plugins: [receiver],
    receivers: { numbered: { port } },
    exporters: { native: { endpoint, token: secret, retention: 'acked', ...quick, ...exporter } },
    pipelines: {
      main: {
        from: ['numbered'],
        to: ['native'],
        acknowledge: 'disk',
        queue: { keep: 'disk', whenFull: 'wait', bytes: queueBytes },
      },
    },
    program: { folder: dataFolder, logLevel: 'warn', drainMs },
  }
}
