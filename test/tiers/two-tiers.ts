import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type HeadwatchProcess, startHeadwatch } from '../day/headwatch-process.ts'
import { installProgram } from '../day/installed-program.ts'
import { complaintOf, type Judgement, judge } from '../oracle/judgement.ts'
import { NumberedSource } from '../oracle/numbered-source.ts'
import { readStoredNumbers } from '../oracle/stored-numbers.ts'
import { freePort } from '../peers/free-port.ts'
import { until } from '../peers/until.ts'

export const programs = ['agent', 'edge', 'central'] as const
const servers = ['edge', 'central'] as const
export type ProgramName = (typeof programs)[number]

/** An agent, the edge it reports to and the central server behind that, as their configurations in `examples/tiers` have it. */
export interface TwoTiers extends AsyncDisposable {
  readonly source: NumberedSource
  readonly urlOf: Readonly<Record<'edge' | 'central', string>>
  start(name: ProgramName): Promise<void>
  kill(name: ProgramName): Promise<void>
  /** Issues nothing more, and resolves when all that was answered for is stored at both servers. */
  settle(): Promise<void>
  /** What is wrong with what the two servers have stored; undefined when nothing is. */
  complaint(): string | undefined
  /** How what one server has stored compares with what was issued. */
  judged(server: 'edge' | 'central'): Judgement
}

export const agentName = 'eu-1'

/** Starts all three on a folder, and a source of numbered records that the agent answers for. */
export async function startTwoTiers(
  folder: string,
  chance: () => number,
  edgeEnvironment: Readonly<Record<string, string>> = {},
): Promise<TwoTiers> {
  const program = installProgram(join(folder, 'program'))
  const [agentPort, edgePort, centralPort] = [await freePort(), await freePort(), await freePort()]
  const stores = { edge: join(folder, 'edge'), central: join(folder, 'central') }
  const urlOf = { edge: `http://127.0.0.1:${edgePort}`, central: `http://127.0.0.1:${centralPort}` }
  const agentConfig = join(folder, 'agent.json')
  mkdirSync(folder, { recursive: true })
  writeFileSync(agentConfig, agentText(folder, agentPort, edgePort))
  const starts: Record<ProgramName, () => Promise<HeadwatchProcess>> = {
    agent: () => start(program, ['agent', '--config', agentConfig], {}),
    edge: () =>
      start(program, ['server', '--config', resolve('examples/tiers/edge.yaml')], {
        ...placeOf(edgePort, stores.edge),
        CENTRAL_TOKEN: 'of the edge',
        HEADWATCH_EXPORTERS__NATIVE__ENDPOINT: `ws://127.0.0.1:${centralPort}`,
        ...quickRepeats,
        ...edgeEnvironment,
      }),
    central: () =>
      start(
        program,
        ['server', '--config', resolve('examples/tiers/central.yaml')],
        placeOf(centralPort, stores.central),
      ),
  }
  const running = new Map<ProgramName, HeadwatchProcess>()
  const tiers = {
    urlOf,
    start: async (name: ProgramName) => void running.set(name, await starts[name]()),
    kill: async (name: ProgramName) => void (await running.get(name)?.kill()),
  }
  await Promise.all(programs.map(tiers.start))
  const source = new NumberedSource({ name: agentName, port: agentPort, everyMs: 5, mostRecords: 4, chance })
  const judged = (server: 'edge' | 'central') => judge(source.issued, readStoredNumbers(stores[server], agentName))
  return {
    ...tiers,
    source,
    async settle() {
      source.pause()
      await until('everything issued is answered', () => source.isAnswered)
      for (const name of servers)
        await until(`all of it is stored at the ${name}`, () => judged(name).lost.length === 0, 60_000)
    },
    complaint() {
      // In which order two servers and their lanes store is promised for each lane alone.
      const complaints = servers.map((name) =>
        complaintOf(`${agentName} at the ${name}`, { ...judged(name), disordered: [] }),
      )
      return complaints.find((complaint) => complaint !== undefined)
    },
    judged,
    async [Symbol.asyncDispose]() {
      source[Symbol.dispose]()
      await Promise.all(programs.map(tiers.kill))
    },
  }
}

function start(program: string, args: string[], environment: Record<string, string>): Promise<HeadwatchProcess> {
  return startHeadwatch({ program, args, environment, saysReady: /^Headwatch (agent|server)/ })
}

/** Where a server of the examples runs, in the place of what its file says. */
function placeOf(port: number, folder: string): Record<string, string> {
  return {
    HEADWATCH_SERVER__LISTEN: `127.0.0.1:${port}`,
    HEADWATCH_SERVER__FOLDER: folder,
    HEADWATCH_STORES__SQLITE__FOLDER: folder,
    HEADWATCH_ACCESS__BINDINGS_FILE: join(folder, 'agents.json'),
    HEADWATCH_RECEIVERS__NATIVE__RESTART_SPREAD_MS: '0',
  }
}

const quickRepeats = {
  HEADWATCH_EXPORTERS__NATIVE__RETRY_FIRST_MS: '50',
  HEADWATCH_EXPORTERS__NATIVE__RETRY_MAX_MS: '300',
}

function agentText(folder: string, port: number, edgePort: number): string {
  const endpoint = `ws://127.0.0.1:${edgePort}/agent`
  return JSON.stringify({
    self: { agent: agentName },
    plugins: [resolve('test/oracle/numbered-receiver.mjs')],
    receivers: { numbered: { port } },
    exporters: { native: { endpoint, token: 'of the agent', retryFirstMs: 50, retryMaxMs: 300 } },
    program: { folder: join(folder, 'agent') },
  })
}
