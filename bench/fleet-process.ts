// A fleet of ethstats clients in a process of its own: node bench/fleet-process.ts '{"endpoint":…}' SECONDS
// Says "connected" once all are, and the counts as JSON at the end.
import { EthstatsFleet, type FleetOptions } from '@headwatch/simulator'

const [options = '{}', seconds = '10'] = process.argv.slice(2)
const fleet = new EthstatsFleet(JSON.parse(options) as FleetOptions)
await fleet.connect()
console.log('connected')
await fleet.run(Number(seconds))
console.log(JSON.stringify({ counts: fleet.counts }))
process.once('SIGTERM', () => {
  fleet.stop()
  process.exit()
})
setInterval(() => undefined, 1_000)
