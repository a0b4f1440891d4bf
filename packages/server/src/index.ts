export { admissionSettings } from './auth/config.ts'
export type { NodeNews } from './follow-node.ts'
export { inProcessCarrier } from './in-process-carrier.ts'
export { readServerConfig, type ServerConfig, type ServerConfigText } from './read-server-config.ts'
export { serverSettings } from './settings.ts'
export {
  type ConfiguredServer,
  type ConfiguredServerOptions,
  startConfiguredServer,
} from './start-configured-server.ts'
