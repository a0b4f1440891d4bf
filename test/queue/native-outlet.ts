import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { nativeExporterPlugin } from '@headwatch/plugins/native'
import type { Plugin } from '@headwatch/sdk'
import { readServerConfig, startConfiguredServer } from '@headwatch/server'
import { freePort } from '../peers/free-port.ts'
import type { Outlet } from './outlets.ts'

/** A Headwatch server, which acknowledges what its store has committed. What it keeps is in `folder`. */
export async function nativeOutlet(folder: string): Promise<Outlet> {
  const port = await freePort()
  const data = join(folder, 'data')
  const text = JSON.stringify({
    self: { agent: 'server' },
    receivers: { native: { frameBytes: 4_096, restartSpreadMs: 0 } },
    stores: { sqlite: { folder: data } },
    server: { listen: `127.0.0.1:${port}`, logLevel: 'error', folder: data },
    access: { bindingsFile: join(folder, 'agents.json') },
  })
  const start = async () =>
    startConfiguredServer(await readServerConfig({ file: 'test', text, environment: {} }), {
      version: '0.0.0',
      dashboardFolder: undefined,
      folder,
    })
  let server = await start()
  return {
    plugin: nativeExporterPlugin as Plugin<'exporter'>,
    config: { endpoint: `ws://127.0.0.1:${port}/agent`, token: 'of the test', inFlight: 8, connectTimeoutMs: 5_000 },
    received: async () => storedMessages(data),
    goAway: async () => void (await server.stop()),
    comeBack: async () => {
      server = await start()
    },
    [Symbol.asyncDispose]: async () => void (await server.stop()),
  }
}

/** Read without the store's code. */
function storedMessages(folder: string): readonly string[] {
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => /^telemetry-.*\.sqlite$/.test(name)) : []
  return files.toSorted().flatMap((name) => {
    using db = new DatabaseSync(join(folder, name), { readOnly: true, timeout: 5_000 })
    const rows = db.prepare("SELECT message FROM log WHERE application = 'test' ORDER BY id").all()
    return rows.map(({ message }) => String(message))
  })
}
