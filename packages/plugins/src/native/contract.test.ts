import { type CheckSender, checkExporter, checkReceiver } from '@headwatch/sdk/testkit'
import { nativePlugins, Switchboard } from './index.ts'
import type { Dialer } from './link.ts'
import { fakeDoorDialer } from './testkit/fake-door-dialer.ts'
import { TestAgent } from './testkit/test-agent.ts'
import { TestServer } from './testkit/test-server.ts'
import { startEntrance } from './testkit/web-socket-entrance.ts'

// Exporter and server of a test share a switchboard, as in a program, but each test has its own.
let current = new TestServer()
const carrier = {
  dial: (...[endpoint, listener]: Parameters<Switchboard['dial']>) => current.switchboard.dial(endpoint, listener),
  listen: () => undefined,
}
const invalid = [
  { endpoint: 'somewhere' },
  { endpoint: 'ws://user:word@host' },
  { endpoint: 'ftp://127.0.0.1:3000' },
  { endpoint: 'wss://stats.example' },
  { inFlight: 0 },
  { endpoin: 'in_process:main' },
]

checkExporter(nativePlugins(carrier).exporter, {
  invalid,
  peer: async () => {
    current = new TestServer()
    return peerOf(current, { endpoint: 'in_process:main' }, async () => undefined)
  },
})

checkExporter(nativePlugins().exporter, {
  invalid,
  pointedAt: (address) => ({ endpoint: `ws://${address}` }),
  peer: async () => {
    const entrance = await startEntrance()
    return peerOf(
      new TestServer({}, entrance),
      { endpoint: entrance.endpoint },
      async () => await entrance[Symbol.asyncDispose](),
    )
  },
})

function peerOf(server: TestServer, config: object, end: () => Promise<void>) {
  return {
    config,
    received: (count: number) => server.until(() => server.records.length >= count),
    refuse: () => {
      server.answer = 'drop'
    },
    postpone: () => {
      server.answer = 'retry'
    },
    fallSilent: () => {
      server.answer = 'silence'
    },
    [Symbol.asyncDispose]: async () => {
      server.close()
      await end()
    },
  }
}

const switchboard = new Switchboard()

checkReceiver(nativePlugins(switchboard).receiver, {
  invalid: [{ listen: ':3000' }, { creditRecords: 0 }, { ackDelayMs: 5_000 }],
  peer: async () => ({ config: { listen: 'in_process:main' }, connect: () => connect(switchboard, 'in_process:main') }),
})

checkReceiver(nativePlugins().receiver, {
  peer: async () => ({
    config: {},
    connect: ({ frontDoor }) => connect(fakeDoorDialer(frontDoor), '/agent'),
  }),
})

async function connect(dialer: Dialer, endpoint: string): Promise<CheckSender> {
  const agent = await TestAgent.connect(dialer, endpoint)
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
