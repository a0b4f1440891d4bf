import { checkStore, fakeHost } from '@headwatch/sdk/testkit'
import { config } from './config.ts'
import { SqliteStore } from './sqlite-store.ts'

checkStore('the sqlite store', (folder) => new SqliteStore(config.parse({ folder, commitEveryMs: 0 }), fakeHost()), {
  histories: 3,
})

const minuteMs = 60_000
let now = 1_790_000_000_000

checkStore(
  'the sqlite store that begins a new file with every append',
  (folder) => {
    const host = fakeHost()
    const clock = { ...host.clock, now: () => (now += 2 * minuteMs) }
    return new SqliteStore(config.parse({ folder, commitEveryMs: 0, partitionMinutes: 1, keepHours: 1e6 }), {
      ...host,
      clock,
    })
  },
  { histories: 2 },
)
