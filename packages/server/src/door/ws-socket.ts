import type { Socket } from '@headwatch/sdk'
import type { WebSocket } from 'ws'

const closeDeadlineMs = 5_000

/** The `ws` library behind the SDK's thin interface. */
export class WsSocket implements Socket {
  readonly address: string
  readonly #peer: WebSocket

  constructor(peer: WebSocket, address: string) {
    this.#peer = peer
    this.address = address
  }

  get bufferedBytes(): number {
    return this.#peer.bufferedAmount
  }

  send(frame: string | Uint8Array): void {
    if (this.#peer.readyState === this.#peer.OPEN) this.#peer.send(frame)
  }

  close(code: number, reason: string): void {
    this.#peer.close(code, reason)
    setTimeout(() => this.#peer.terminate(), closeDeadlineMs).unref()
  }
}
