import { nativeSubprotocol } from '@headwatch/protocol/native'
import type { FrontDoor, Socket } from '@headwatch/sdk'
import type { Entrance, Link, LinkListener } from './link.ts'

/** Nothing that a message begins with: it stands for text, which the protocol does not have. */
const noMessage = new Uint8Array()

/** Takes links in at a path of the server's front door. A longer frame than `maxFrameBytes` is never read whole. */
export function frontDoorEntrance(door: FrontDoor, maxFrameBytes: number): Entrance {
  return {
    listen(path, accept, signal) {
      const open = (socket: Socket) => {
        const listener = accept(linkOver(socket))
        return listener && socketListener(listener)
      }
      door.webSocket({ path, maxFrameBytes, subprotocol: nativeSubprotocol, accept: open }, signal)
    },
  }
}

function socketListener(listener: LinkListener) {
  return {
    onBinary: (frame: Uint8Array) => listener.onFrame(frame),
    onText: () => listener.onFrame(noMessage),
    onEnd: (clean: boolean) => listener.onEnd(clean),
  }
}

function linkOver(socket: Socket): Link {
  return {
    address: socket.address,
    get bufferedBytes() {
      return socket.bufferedBytes
    },
    send: (frame) => socket.send(frame),
    close: () => socket.close(1000, ''),
  }
}
