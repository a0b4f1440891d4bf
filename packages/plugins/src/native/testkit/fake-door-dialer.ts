import type { FakeFrontDoor, FakePeer } from '@headwatch/sdk/testkit'
import type { Dialer, LinkListener } from '../link.ts'

/** Links to a receiver at a path of a front door that exists in memory only. */
export function fakeDoorDialer(door: FakeFrontDoor): Dialer {
  return {
    async dial(path, listener) {
      const peer = door.connect(path)
      if (peer === undefined) throw new Error(`nobody listens at ${path}`)
      void deliver(peer, listener)
      return {
        address: path,
        bufferedBytes: 0,
        send: (frame) => peer.send(frame),
        close: () => peer.close(),
      }
    },
  }
}

async function deliver(peer: FakePeer, listener: LinkListener): Promise<void> {
  for (;;) {
    const frame = await peer.next()
    if (frame === undefined) return listener.onEnd(true)
    if (typeof frame !== 'string') listener.onFrame(frame)
  }
}
