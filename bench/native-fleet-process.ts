// A fleet of Headwatch agents in a process of its own: node bench/native-fleet-process.ts '{"endpoint":…}' SECONDS
// Says "connected" once all are, and the counts as JSON when everything is answered or nothing moves any more.
import { setTimeout as wait } from 'node:timers/promises'
import { NativeFleet, type NativeFleetOptions } from '@headwatch/simulator'

const [options = '{}', seconds = '10'] = process.argv.slice(2)
const fleet = new NativeFleet(JSON.parse(options) as NativeFleetOptions)
await fleet.connect()
console.log('connected')
await fleet.run(Number(seconds))
const unanswered = () => fleet.counts.unansweredRecords
for (let before = -1; unanswered() > 0 && before !== unanswered(); ) {
  before = unanswered()
  await wait(5_000)
}
console.log(JSON.stringify({ counts: fleet.counts }))
process.once('SIGTERM', () => {
  fleet.stop()
  process.exit()
})
setInterval(() => undefined, 1_000)
