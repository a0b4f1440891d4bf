import { readFile } from 'node:fs/promises'
import { nativeSubprotocol } from '@headwatch/protocol/native'
import { RetryableError } from '@headwatch/sdk'
import { type ClientOptions, WebSocket } from 'ws'
import type { Dialer, Link, LinkListener } from './link.ts'

/** Files of PEM text, read anew for every connection, so that a renewed certificate needs no restart. */
export interface TlsFiles {
  /** Who may have signed the server's certificate; the authorities that Node knows when absent. */
  readonly caFile?: string | undefined
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
}

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
    const tls = await read(this.#files)
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

async function read({ caFile, certFile, keyFile }: TlsFiles): Promise<Pick<ClientOptions, 'ca' | 'cert' | 'key'>> {
  try {
    return {
      ...(caFile !== undefined && { ca: await readFile(caFile) }),
      ...(certFile !== undefined && { cert: await readFile(certFile) }),
      ...(keyFile !== undefined && { key: await readFile(keyFile) }),
    }
  } catch (cause) {
    throw new RetryableError(`a file for TLS cannot be read: ${(cause as Error).message}`, { cause })
  }
}

function opened(socket: WebSocket, listener: LinkListener, signal: AbortSignal): Promise<Link> {
  const { promise, resolve, reject } = Promise.withResolvers<Link>()
  const { host } = new URL(socket.url)
  const link = new WebSocketLink(socket, host, listener)
  const abort = (): void => socket.terminate()
  signal.addEventListener('abort', abort, { once: true })
  let failure = 'it hung up'
  let retryAfterMs = 0
  let isOpen = false
  socket.on('unexpected-response', (request, { statusCode = 0, headers }) => {
    failure = refusalText(statusCode)
    retryAfterMs = 1_000 * (Number.parseInt(headers['retry-after'] ?? '', 10) || 0)
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
  socket.on('error', ({ message }) => {
    if (failure === 'it hung up') failure = message
  })
  socket.on('close', (code) => {
    signal.removeEventListener('abort', abort)
    if (isOpen) listener.onEnd(code !== 1006)
    else reject(new RetryableError(`no connection to ${host}: ${failure}`, { retryAfterMs }))
  })
  return promise
}

function refusalText(status: number): string {
  if (status === 404) return 'it has no entrance for agents at this path'
  if (status === 400) return `it does not speak ${nativeSubprotocol}`
  if (status === 503) return 'it has no place now'
  return `it answers ${status}`
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
