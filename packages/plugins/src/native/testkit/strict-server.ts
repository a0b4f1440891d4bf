import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { nativeSubprotocol } from '@headwatch/protocol/native'
import { WebSocketServer } from 'ws'
import { type Script, StrictSession } from './strict-session.ts'
import { StrictStore } from './strict-store.ts'

/** A server for one agent: it does what the test says, and notes everything the agent does wrong. */
export interface StrictServer extends AsyncDisposable {
  readonly endpoint: string
  readonly script: Script
  readonly store: StrictStore
  readonly violations: readonly string[]
  /** Every connection so far, in order. */
  readonly sessions: readonly StrictSession[]
  /** Resolves as soon as `holds` does, asked again whenever something came or a connection ended. */
  until(holds: () => boolean): Promise<void>
  /** The next connection beyond the `count` there were, once it has said hello. */
  session(count?: number): Promise<StrictSession>
}

export async function startStrictServer(script: Partial<Script> = {}): Promise<StrictServer> {
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    handleProtocols: (offered) => offered.has(nativeSubprotocol) && nativeSubprotocol,
  })
  await once(server, 'listening')
  const waiting = new Set<() => void>()
  const store = new StrictStore()
  const sessions: StrictSession[] = []
  const violations: string[] = []
  const full: Script = { welcome: {}, fate: () => 'acknowledge', isMute: false, ...script }
  const changed = (): void => {
    for (const wake of [...waiting]) wake()
  }
  server.on('connection', (socket) => {
    if (socket.protocol !== nativeSubprotocol) violations.push('a connection without the subprotocol')
    sessions.push(new StrictSession(socket, { script: full, store, violations, changed }))
  })
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.add(resolve)
      await promise
      waiting.delete(resolve)
    }
  }
  return {
    endpoint: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/agent`,
    script: full,
    store,
    violations,
    sessions,
    until,
    async session(count = 0) {
      await until(() => sessions[count]?.heard[0] !== undefined)
      return sessions[count] as StrictSession
    },
    async [Symbol.asyncDispose]() {
      for (const client of server.clients) client.terminate()
      server.close()
      await once(server, 'close')
    },
  }
}
