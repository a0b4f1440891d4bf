import { type Judgement, judge } from '../oracle/judgement.ts'
import { NumberedSource } from '../oracle/numbered-source.ts'
import { readStoredNumbers } from '../oracle/stored-numbers.ts'
import { freePort } from '../peers/free-port.ts'
import { type Agent, type AgentOptions, startAgent } from './agent.ts'

/** An agent that is also fed numbered records, each of which it answers for. */
export interface NumberedAgent extends Agent {
  readonly source: NumberedSource
  /** What has come of its records by now. */
  judgement(): Judgement
}

export async function startNumberedAgent(
  options: AgentOptions & { readonly configFile: string },
  storeFolder: string,
): Promise<NumberedAgent> {
  const port = await freePort()
  const agent = await startAgent({ ...options, numberedPort: port })
  const source = new NumberedSource({
    name: agent.name,
    port,
    everyMs: 100,
    mostRecords: 4,
    tellsNode: false,
    chance: Math.random,
  })
  return {
    name: agent.name,
    get process() {
      return agent.process
    },
    restart: () => agent.restart(),
    source,
    judgement: () => judge(source.issued, readStoredNumbers(storeFolder, agent.name)),
    async [Symbol.asyncDispose]() {
      source[Symbol.dispose]()
      await agent[Symbol.asyncDispose]()
    },
  }
}
