import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { packFrames, unpackFrames } from '@headwatch/protocol/native'
import type { WebSocketRoute } from '@headwatch/sdk'
import { PostSocket } from './post-socket.ts'

/** What a route's connections cost, counted with those over WebSocket. */
export interface PostDoorParts {
  readonly address: (request: IncomingMessage) => string
  /** Whether one more may come in. */
  readonly hasPlace: () => boolean
  readonly changed: (by: 1 | -1) => void
  readonly refused: (reason: string) => void
  /** A listener that throws costs its own connection, never the program. */
  readonly guard: <T>(socket: PostSocket, call: () => T) => T | undefined
}

/** An answer with nothing to say is given after this long, so that the peer can speak again. */
const holdMs = 1_000
/** A connection of which no request comes for this long is over, and what was to be said at an end is kept no longer. */
const idleMs = 90_000
const lastWordsMs = 10_000
/** Frames that may come in one request beside the longest. */
const furtherBytes = 524_288

interface Connection {
  readonly socket: PostSocket
  readonly route: WebSocketRoute
  idle: NodeJS.Timeout | undefined
}

/**
 * Connections of a route with a subprotocol, for peers whose network lets no WebSocket through: an opening `POST` is
 * answered with a name, which is as hard to guess as a token, and every further one carries frames and brings some back.
 */
export class PostDoor {
  readonly #parts: PostDoorParts
  readonly #connections = new Map<string, Connection>()

  constructor(parts: PostDoorParts) {
    this.#parts = parts
  }

  /** Ends the connections of a route that is taken away. */
  remove(route: WebSocketRoute): void {
    for (const connection of this.#connections.values()) if (connection.route === route) connection.socket.close()
  }

  /** Answers. Never rejects. */
  async take(request: IncomingMessage, response: ServerResponse, route: WebSocketRoute): Promise<void> {
    response.on('error', () => undefined)
    request.on('error', () => undefined)
    const { 'headwatch-protocol': protocol, 'headwatch-connection': name } = request.headers
    if (protocol !== route.subprotocol) {
      this.#parts.refused('other_subprotocol')
      return answer(response, 400, `This path speaks ${route.subprotocol}.\n`)
    }
    if (name === undefined) return this.#open(request, response, route)
    const connection = this.#connections.get(String(name))
    if (connection === undefined || connection.route !== route) return answer(response, 410)
    if (connection.socket.isBusy) return answer(response, 409)
    await this.#exchange(request, response, connection)
  }

  #open(request: IncomingMessage, response: ServerResponse, route: WebSocketRoute): void {
    request.resume()
    if (!this.#parts.hasPlace()) {
      this.#parts.refused('too_many')
      return answer(response, 503)
    }
    const name = randomUUID()
    const socket = new PostSocket(this.#parts.address(request), () => {
      this.#parts.changed(-1)
      this.#forgetIn(name, lastWordsMs)
    })
    this.#parts.changed(1)
    socket.listener = this.#parts.guard(socket, () => route.accept(socket))
    if (socket.listener === undefined) {
      socket.end(true)
      return answer(response, 503)
    }
    this.#connections.set(name, { socket, route, idle: undefined })
    this.#forgetIn(name, socket.isOpen ? idleMs : lastWordsMs)
    response.setHeader('headwatch-connection', name)
    answer(response, 201)
  }

  async #exchange(request: IncomingMessage, response: ServerResponse, { socket, route }: Connection): Promise<void> {
    const name = String(request.headers['headwatch-connection'])
    socket.isBusy = true
    this.#forgetIn(name, idleMs)
    const run = await bodyOf(request, route.maxFrameBytes + furtherBytes)
    const frames = run && unpackFrames(run, route.maxFrameBytes)
    if (frames === undefined) {
      this.#parts.refused('broken_request')
      socket.end(false)
    }
    for (const frame of frames ?? []) this.#parts.guard(socket, () => socket.listener?.onBinary(frame))
    if (request.headers['headwatch-end'] !== undefined) socket.end(true)
    await socket.somethingToSay(holdMs)
    socket.isBusy = false
    // Whoever hung up meanwhile does not hear what this answer says, so the rest would make no sense to them.
    if (response.destroyed) return socket.end(false)
    if (!socket.isOpen) {
      response.setHeader('headwatch-end', 'yes')
      this.#forgetIn(name, 0)
    }
    answer(response, frames === undefined ? 400 : 200, packFrames(socket.takeOutgoing()))
  }

  #forgetIn(name: string, ms: number): void {
    const connection = this.#connections.get(name)
    if (connection === undefined) return
    clearTimeout(connection.idle)
    const forget = () => {
      this.#connections.delete(name)
      connection.socket.end(false)
    }
    if (ms === 0) forget()
    else connection.idle = setTimeout(forget, ms).unref()
  }
}

/** The whole body; undefined when it is longer, or breaks off. What is too long is read to its end and not kept: else it would hear no answer. */
async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = []
  let bytes = 0
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      bytes += part.byteLength
      if (bytes <= maxBytes) parts.push(part)
      else parts.length = 0
    }
    return bytes > maxBytes ? undefined : Buffer.concat(parts)
  } catch {
    return undefined
  }
}

function answer(response: ServerResponse, status: number, body: string | Uint8Array = ''): void {
  if (response.destroyed || response.headersSent) return
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/octet-stream'
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
