// node agent.mjs ENDPOINT NAME RECORDS-KEPT: sends every line of standard input as a log entry. The token is in HEADWATCH_TOKEN.

import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from './connection.mjs'
import { dataFrames, logRow } from './frames.mjs'
import { MemoryLog } from './log.mjs'

const MAX_WAIT_MS = 15_000
const MAX_MESSAGE = 1_048_576

const [endpoint, agent, kept] = process.argv.slice(2)
const keep = Number(kept)
const token = process.env.HEADWATCH_TOKEN ?? ''
const firstWaitMs = Number(process.env.HEADWATCH_FIRST_WAIT_MS ?? 1_000)

const say = (line) => process.stderr.write(`${line}\n`)

function usage(what) {
  say(`${what}\nusage: node agent.mjs ENDPOINT NAME RECORDS-KEPT`)
  process.exit(2)
}
if (!URL.canParse(endpoint)) usage('ENDPOINT is no address')
if (!agent || agent.length > 128 || /\p{Cc}/u.test(agent))
  usage('NAME is 1 to 128 characters without control characters')
if (!Number.isSafeInteger(keep) || keep < 1) usage('RECORDS-KEPT is a whole number from 1')
if (token.length > 1_024) usage('the token is too long')
if (!(firstWaitMs >= 0)) usage('HEADWATCH_FIRST_WAIT_MS is no time')

const log = new MemoryLog(keep)
const frames = dataFrames(agent)
let connection
let inputEnded = false
let stopping = false

async function stop(reason) {
  if (stopping) return
  stopping = true
  await connection?.stop(reason)
  say(`${reason}; given up: ${log.counts.dropped}, refused by the server: ${log.counts.refused}`)
  process.exit(0)
}

function stopWhenDone() {
  if (inputEnded && log.isEmpty) void stop('everything is delivered')
}

const input = createInterface({ input: process.stdin, crlfDelay: Infinity })
input.on('line', (line) => {
  log.append(logRow(Date.now(), line.slice(0, MAX_MESSAGE).toWellFormed()))
  connection?.wake()
})
input.on('close', () => {
  inputEnded = true
  stopWhenDone()
})
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop('stopped'))

let failures = 0
while (!stopping) {
  connection = new Connection({ endpoint, agent, token, log, frames, onAnswer: stopWhenDone })
  const { why, welcomed, awayMs } = await connection.ended
  if (stopping) break
  if (welcomed) failures = 0
  const waitMs = Math.max(Math.random() * Math.min(firstWaitMs * 2 ** failures, MAX_WAIT_MS), awayMs)
  failures += 1
  say(`${why}; the next attempt is in ${Math.round(waitMs)} ms`)
  await sleep(Math.ceil(waitMs) + 1)
}
