export { type ServerSettings, serverSettings } from './settings.ts'
export { type RunningServer, type ServerOptions, startServer } from './start-server.ts'
