import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { nativeSubprotocol, packFrames, unpackFrames } from '@headwatch/protocol/native'
import { RetryableError } from '@headwatch/sdk'
import type { Dialer, Link, LinkListener } from './link.ts'
import { refusedConnection } from './refused-connection.ts'
import { readTlsFiles, type TlsFiles } from './tls-files.ts'

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
}

/** Sends one request; rejects when it is not answered whole. */
type Post = (headers: Readonly<Record<string, string>>, body: Uint8Array, signal?: AbortSignal) => Promise<Answer>

/** An answer is given after a second at the latest; a server that takes this long is gone. */
const answerWithinMs = 30_000
const maxAnswerBytes = 4_194_304
/** Frames of one request, beside the first. */
const furtherBytes = 262_144
const maxServerFrameBytes = 262_144
const nothing = new Uint8Array()

/** Makes links of HTTP requests to `http://` and `https://` endpoints, where the network lets no WebSocket through. */
export class PostDialer implements Dialer {
  readonly #files: TlsFiles

  constructor(files: TlsFiles = {}) {
    this.#files = files
  }

  async dial(endpoint: string, listener: LinkListener, signal: AbortSignal): Promise<Link> {
    const { host } = new URL(endpoint)
    const post = await poster(endpoint, this.#files)
    const answer = await post({ 'headwatch-protocol': nativeSubprotocol }, nothing, signal).catch((cause: Error) => {
      throw new RetryableError(`no connection to ${host}: ${cause.message}`, { cause })
    })
    const name = answer.headers['headwatch-connection']
    if (answer.status !== 201 || typeof name !== 'string') throw refusedConnection(host, answer.status, answer.headers)
    return new PostLink(host, name, post, listener)
  }
}

async function poster(endpoint: string, files: TlsFiles): Promise<Post> {
  const isSecure = endpoint.startsWith('https:')
  const tls = await readTlsFiles(files)
  const agent = isSecure ? new HttpsAgent({ keepAlive: true, ...tls }) : new HttpAgent({ keepAlive: true })
  const send = isSecure ? httpsRequest : httpRequest
  return (headers, body, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const length = { 'content-length': String(body.byteLength), 'content-type': 'application/octet-stream' }
    const options = {
      method: 'POST',
      agent,
      timeout: answerWithinMs,
      headers: { ...length, ...headers },
      ...(signal && { signal }),
    }
    const request = send(endpoint, options, (response) => {
      const { statusCode: status = 0, headers } = response
      const parts: Buffer[] = []
      let bytes = 0
      response.on('data', (part: Buffer) => {
        bytes += part.byteLength
        if (bytes > maxAnswerBytes) response.destroy(new Error('the answer is too long'))
        else parts.push(part)
      })
      response.on('error', reject)
      response.on('end', () => resolve({ status, headers, body: Buffer.concat(parts) }))
      response.on('close', () => reject(new Error('the answer broke off')))
    })
    request.on('timeout', () => request.destroy(new Error('no answer')))
    request.on('error', reject)
    request.end(body)
    return promise
  }
}

/** One request at a time, for ever: what waits goes with the next one, and each brings what the server had to say. */
class PostLink implements Link {
  readonly address: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #post: Post
  readonly #listener: LinkListener
  readonly #waiting: Uint8Array[] = []
  #bufferedBytes = 0
  #isClosing = false

  constructor(host: string, name: string, post: Post, listener: LinkListener) {
    this.address = host
    this.#headers = { 'headwatch-protocol': nativeSubprotocol, 'headwatch-connection': name }
    this.#post = post
    this.#listener = listener
    // The first request waits for the first frame: it is sent in the turn that this link is given to whoever dialled.
    setImmediate(() => void this.#run())
  }

  get bufferedBytes(): number {
    return this.#bufferedBytes
  }

  send(frame: Uint8Array): void {
    if (this.#isClosing) return
    this.#waiting.push(frame)
    this.#bufferedBytes += frame.byteLength
  }

  close(): void {
    this.#isClosing = true
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        const isLast = this.#isClosing
        const answer = await this.#exchange(isLast)
        if (isLast || answer.status !== 200 || answer.headers['headwatch-end'] !== undefined)
          return this.#listener.onEnd(answer.status === 200)
      }
    } catch {
      this.#listener.onEnd(false)
    }
  }

  async #exchange(isLast: boolean): Promise<Answer> {
    const frames = this.#takeWaiting(isLast)
    const headers = isLast ? { ...this.#headers, 'headwatch-end': 'yes' } : this.#headers
    const answer = await this.#post(headers, packFrames(frames))
    if (this.#waiting.length === 0 && frames.length > 0) this.#listener.onDrain?.()
    const heard = answer.status === 200 ? unpackFrames(answer.body, maxServerFrameBytes) : []
    // What cannot be read is nothing that a message begins with, and so the end.
    for (const frame of heard ?? [nothing]) this.#listener.onFrame(frame)
    return answer
  }

  #takeWaiting(all: boolean): readonly Uint8Array[] {
    let bytes = 0
    let count = 0
    for (const frame of this.#waiting) {
      bytes += frame.byteLength
      if (count > 0 && bytes > furtherBytes && !all) break
      count++
    }
    const taken = this.#waiting.splice(0, count)
    this.#bufferedBytes -= taken.reduce((sum, frame) => sum + frame.byteLength, 0)
    return taken
  }
}
