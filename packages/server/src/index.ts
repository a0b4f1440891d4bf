export { Switchboard } from '@headwatch/plugins/native'
export type { NodeNews } from './follow-node.ts'
export { readServerConfig, type ServerConfig, type ServerConfigText } from './read-server-config.ts'
export {
  type ConfiguredServer,
  type ConfiguredServerOptions,
  startConfiguredServer,
} from './start-configured-server.ts'
