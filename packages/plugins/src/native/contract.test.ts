import { type CheckSender, checkExporter, checkReceiver } from '@headwatch/sdk/testkit'
import { nativePlugins, Switchboard } from './index.ts'
import { TestAgent } from './testkit/test-agent.ts'
import { TestServer } from './testkit/test-server.ts'

// Exporter and server of a test share a switchboard, as in a program, but each test has its own.
let server = new TestServer()
const carrier = {
  dial: (...[endpoint, listener]: Parameters<Switchboard['dial']>) => server.switchboard.dial(endpoint, listener),
  listen: () => undefined,
}

checkExporter(nativePlugins(carrier).exporter, {
  invalid: [
    { endpoint: 'somewhere' },
    { endpoint: 'ws://user:word@host' },
    { inFlight: 0 },
    { endpoin: 'in_process:main' },
  ],
  peer: async () => {
    server = new TestServer()
    return {
      config: { endpoint: 'in_process:main' },
      received: (count) => server.until(() => server.records.length >= count),
      refuse: () => {
        server.answer = 'drop'
      },
      postpone: () => {
        server.answer = 'retry'
      },
      fallSilent: () => {
        server.answer = 'silence'
      },
      [Symbol.asyncDispose]: async () => server.close(),
    }
  },
})

const switchboard = new Switchboard()

checkReceiver(nativePlugins(switchboard).receiver, {
  invalid: [{ listen: ':3000' }, { creditRecords: 0 }, { ackDelayMs: 5_000 }],
  peer: async () => ({ config: { listen: 'in_process:main' }, connect: () => connect() }),
})

async function connect(): Promise<CheckSender> {
  const agent = await TestAgent.connect(switchboard)
  const greeted = agent.greet()
  return {
    async send() {
      await greeted
      agent.sendData(1n)
      const told = await agent.hear('ack', 'nack')
      return told?.type === 'ack' ? 'acknowledged' : 'refused'
    },
    async sendGarbage() {
      await greeted
      agent.sayBytes(new Uint8Array([0xde, 0xad, 0xbe, 0xef]))
    },
    [Symbol.asyncDispose]: async () => agent.hangUp(),
  }
}
