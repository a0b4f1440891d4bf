export {
  type AgentStart,
  type AgentUnderTest,
  checkNativeAgent,
  type StartAgent,
} from './testkit/check-native-agent.ts'
