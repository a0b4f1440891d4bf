// Sends every line of standard input to a Headwatch server as a log entry of a node.
//
//   tail -F geth.log | HEADWATCH_TOKEN=… node agent.mjs ws://127.0.0.1:3000/agent my-node [LINES KEPT AT MOST]
//
// Needs Node 22 or newer and nothing else. Written from docs/native-protocol.md; numbers in comments are those of its section 9.
import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { RecordLog } from './record-log.mjs'
import { Session } from './session.mjs'

const firstWaitMs = Number(process.env.HEADWATCH_FIRST_WAIT_MS ?? 1_000)
const maxWaitMs = 60_000
const informational = 6

const [endpoint, name, kept = '10000'] = process.argv.slice(2)
if (endpoint === undefined || name === undefined) {
  say('Usage: node agent.mjs ws://HOST:PORT/agent NAME [LINES KEPT AT MOST]')
  process.exit(2)
}

const log = new RecordLog(Number(kept))
// The log is in memory, so each start is a new epoch. (3)
const epoch = randomUUID()
const options = {
  endpoint,
  agent: name,
  node: name,
  token: process.env.HEADWATCH_TOKEN ?? '',
  epoch,
  connectTimeoutMs: 10_000,
}
let session
let isStopping = false
let failures = 0

createInterface({ input: process.stdin })
  .on('line', (message) => {
    log.add({ at: Date.now(), severity: informational, application: 'stdin', message })
    session?.pump()
  })
  .on('close', () => void leaveWhenEmpty())
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, stop)

while (!isStopping) {
  session = new Session(options, log)
  const { wasWelcome, stayAwayMs, reason } = await session.run()
  if (isStopping) break
  failures = wasWelcome ? 0 : failures + 1
  const backOffMs = Math.random() * Math.min(maxWaitMs, firstWaitMs * 2 ** failures) // (17)
  say(`${reason}; trying again`)
  await wait(Math.max(stayAwayMs, backOffMs)) // (12)
}
report()

function say(line) {
  process.stderr.write(`${line}\n`)
}

function stop() {
  isStopping = true
  session?.leave() // (18)
  setTimeout(() => process.exit(), 1_000).unref()
}

async function leaveWhenEmpty() {
  while (!log.isEmpty) await wait(100)
  stop()
}

function report() {
  const { full, refused } = log.counts // (20)
  say(`${log.next - 1n} lines numbered, ${full} given up, ${refused} refused by the server`)
}
