import { defineStore } from '@headwatch/sdk'
import { config } from './config.ts'
import { SqliteStore } from './sqlite-store.ts'

export const sqliteStore = defineStore({
  name: 'sqlite',
  summary: 'Keeps telemetry in a folder of SQLite files; needs nothing else.',
  stability: 'beta',
  config,
  create: (settings, host) => new SqliteStore(settings, host),
})
