import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AgentStart, type AgentUnderTest, checkNativeAgent } from '@headwatch/plugins/native/testkit'

/** Starts a script that takes ENDPOINT NAME RECORDS-KEPT, and its records as lines of standard input. */
async function startLinesAgent(script: string, { endpoint, agent, token, keeps }: AgentStart): Promise<AgentUnderTest> {
  const child = spawn(process.execPath, [script, endpoint, agent, String(keeps)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { ...process.env, HEADWATCH_TOKEN: token, HEADWATCH_FIRST_WAIT_MS: '50' },
  })
  child.stdin.on('error', () => undefined)
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const isAlive = () => child.exitCode === null && child.signalCode === null
  return {
    get isAlive() {
      return isAlive()
    },
    issue: (message) => void child.stdin.write(`${message}\n`),
    async [Symbol.asyncDispose]() {
      process.off('exit', kill)
      if (!isAlive()) return
      kill()
      await once(child, 'exit')
    },
  }
}

checkNativeAgent('the built-in exporter', (start) => startLinesAgent('test/peers/stdin-agent.ts', start))
checkNativeAgent('the example in plain JavaScript', (start) =>
  startLinesAgent('examples/native-agent-js/agent.mjs', start),
)
