import { resolve } from 'node:path'
import { jsonLogger } from '@headwatch/pipeline'
import { openAdmission } from './auth/open-admission.ts'
import { followNode, type NodeNews } from './follow-node.ts'
import type { ServerConfig } from './read-server-config.ts'
import { type RunningServer, startServer } from './start-server.ts'

export interface ConfiguredServerOptions {
  readonly version: string
  /** The built page; undefined where there is none. */
  readonly dashboardFolder: string | undefined
  /** Relative paths of the configuration start here. */
  readonly folder: string
}

export interface ConfiguredServer extends RunningServer {
  /** Tells how a node stands, and whenever it begins or ceases to answer. */
  followNode(node: string, onNews: (news: NodeNews) => void): void
}

/** Starts the server that a configuration describes. @throws {RejectedError} one sentence; nothing runs then. */
export async function startConfiguredServer(
  { plan, settings, admission }: ServerConfig,
  options: ConfiguredServerOptions,
): Promise<ConfiguredServer> {
  const { version, dashboardFolder, folder } = options
  const logger = jsonLogger(settings.logLevel, settings.name)
  const door = await openAdmission(admission, logger, resolve(folder))
  const server = await startServer({ plan, settings, admission: door, logger, version, dashboardFolder })
  const stopping = new AbortController()
  return {
    ...server,
    followNode: (node, onNews) => followNode(server.network, node, onNews, stopping.signal),
    async stop() {
      stopping.abort()
      const outcome = await server.stop()
      await door[Symbol.asyncDispose]()
      return outcome
    },
  }
}
