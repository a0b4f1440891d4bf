import { nativeSubprotocol } from '@headwatch/protocol/native'
import { RetryableError } from '@headwatch/sdk'
import { type ClientOptions, WebSocket } from 'ws'
import type { Dialer, Link, LinkListener } from './link.ts'
import { refusedConnection } from './refused-connection.ts'
import { readTlsFiles, type TlsFiles } from './tls-files.ts'

/** The longest message of a server is a welcome with every range of every stream, and shorter than this. */
const maxServerFrameBytes = 262_144
/** A peer that does not answer the end of a connection is left after this long. */
const closeWithinMs = 2_000

/** Makes links over WebSocket to `ws://` and `wss://` endpoints. */
export class WebSocketDialer implements Dialer {
  readonly #files: TlsFiles

  constructor(files: TlsFiles = {}) {
    this.#files = files
  }

  async dial(endpoint: string, listener: LinkListener, signal: AbortSignal): Promise<Link> {
    const tls = await readTlsFiles(this.#files)
    if (signal.aborted) throw new RetryableError('stopped before a connection was made')
    const options: ClientOptions & { readonly closeTimeout: number } = {
      ...tls,
      perMessageDeflate: false,
      maxPayload: maxServerFrameBytes,
      closeTimeout: closeWithinMs,
    }
    return opened(new WebSocket(endpoint, nativeSubprotocol, options), listener, signal)
  }
}

function opened(socket: WebSocket, listener: LinkListener, signal: AbortSignal): Promise<Link> {
  const { promise, resolve, reject } = Promise.withResolvers<Link>()
  const { host } = new URL(socket.url)
  const link = new WebSocketLink(socket, host, listener)
  const abort = (): void => socket.terminate()
  signal.addEventListener('abort', abort, { once: true })
  let failure: RetryableError | undefined
  let isOpen = false
  socket.on('unexpected-response', (request, { statusCode = 0, headers }) => {
    failure = refusedConnection(host, statusCode, headers)
    request.destroy()
    socket.terminate()
  })
  socket.on('open', () => {
    isOpen = true
    signal.removeEventListener('abort', abort)
    resolve(link)
  })
  socket.on('message', (frame, isBinary) => listener.onFrame(isBinary ? (frame as Buffer) : new Uint8Array()))
  // `close` always follows and says the rest. What a refusal said before is the better reason.
  socket.on('error', (cause) => {
    failure ??= new RetryableError(`no connection to ${host}: ${cause.message}`, { cause })
  })
  socket.on('close', (code) => {
    signal.removeEventListener('abort', abort)
    if (isOpen) listener.onEnd(code !== 1006)
    else reject(failure ?? new RetryableError(`no connection to ${host}: it hung up`))
  })
  return promise
}

class WebSocketLink implements Link {
  readonly address: string
  readonly #socket: WebSocket
  readonly #listener: LinkListener

  constructor(socket: WebSocket, address: string, listener: LinkListener) {
    this.#socket = socket
    this.address = address
    this.#listener = listener
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount
  }

  send(frame: Uint8Array): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return
    this.#socket.send(frame, () => {
      if (this.#socket.bufferedAmount === 0) this.#listener.onDrain?.()
    })
  }

  close(): void {
    this.#socket.close(1000)
  }
}
