export { type ConfigText, readAgentConfig } from './read-agent-config.ts'
export { type ProgramSettings, programSettings } from './settings.ts'
export { type AgentOptions, type RunningAgent, startAgent } from './start-agent.ts'
