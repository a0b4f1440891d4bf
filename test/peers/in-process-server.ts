import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConfiguredServer, readServerConfig, startConfiguredServer } from '@headwatch/server'

export interface TestServer extends AsyncDisposable {
  readonly server: ConfiguredServer
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** `127.0.0.1:PORT` */
  readonly host: string
}

/** A whole server in this process, on a free port, with a store in a folder of its own. `secret` lets ethstats clients in, `native` says how agents are received. */
export async function startTestServer({
  secret = 'test',
  dashboardFolder = undefined as string | undefined,
  settings = {},
  native = {},
} = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-server-'))
  const text = JSON.stringify({
    self: { agent: 'server' },
    receivers: { native, ethstats: {} },
    processors: { node_silence: {} },
    stores: { sqlite: { folder: join(folder, 'data') } },
    server: { listen: '127.0.0.1:0', logLevel: 'error', ...settings },
    access: { sharedSecrets: [secret], bindingsFile: join(folder, 'agents.json') },
  })
  const config = await readServerConfig({ file: 'test', text, environment: {} })
  const server = await startConfiguredServer(config, { version: '0.0.0', dashboardFolder, folder })
  const stop = async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { server, url: server.url, host: new URL(server.url).host, [Symbol.asyncDispose]: stop }
}
