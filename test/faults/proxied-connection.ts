import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { Direction, Weather } from './weather.ts'

/** Of what a client says, this much is kept for a duplicate. */
const keptBytes = 1024 * 1024

/** One connection through a proxy: what one side says the other hears, as the weather allows. */
export class ProxiedConnection {
  readonly #client: Socket
  readonly #target: Socket
  readonly #weather: Weather
  readonly #said: Buffer[] = []
  readonly #duplicates = new Set<Socket>()
  #saidBytes = 0
  #bytesToReset = Number.POSITIVE_INFINITY
  #isHalfOpen = false

  constructor(client: Socket, target: Socket, weather: Weather) {
    this.#client = client
    this.#target = target
    this.#weather = weather
    for (const socket of [client, target]) {
      socket.setNoDelay(true)
      // Whoever reads the socket is told; a failed write shows at the next read.
      socket.on('error', () => undefined)
    }
  }

  /** Resolves when both sides are gone. */
  async run(): Promise<void> {
    await Promise.all([
      this.#pass(this.#client, this.#target, 'to_target'),
      this.#pass(this.#target, this.#client, 'to_client'),
    ])
    this.destroy()
  }

  resetAfter(bytes: number): void {
    this.#bytesToReset = bytes
    if (bytes <= 0) this.#reset()
  }

  halfOpen(): void {
    this.#isHalfOpen = true
    this.#target.destroy()
  }

  /** Says over `socket` what the client has said; what is answered there nobody reads. */
  duplicate(socket: Socket): void {
    this.#duplicates.add(socket)
    socket.on('error', () => undefined)
    socket.on('end', () => socket.destroy())
    socket.on('close', () => this.#duplicates.delete(socket))
    socket.resume()
    for (const chunk of this.#said) socket.write(chunk)
  }

  destroy(): void {
    for (const socket of [this.#client, this.#target, ...this.#duplicates]) socket.destroy()
  }

  async #pass(from: Socket, to: Socket, direction: Direction): Promise<void> {
    try {
      for await (const chunk of from.iterator({ destroyOnReturn: false })) {
        if (direction === 'to_target') this.#keep(chunk)
        for await (const piece of this.#weather.pieces(chunk, direction)) await this.#write(to, piece)
      }
      await this.#weather.passes(direction)
      if (!this.#isHalfOpen) to.end()
    } catch {
      await this.#weather.passes(direction)
      if (!this.#isHalfOpen) to.resetAndDestroy()
    }
  }

  async #write(to: Socket, piece: Buffer): Promise<void> {
    if (this.#isHalfOpen) return
    const passing = piece.subarray(0, this.#bytesToReset)
    this.#bytesToReset -= passing.length
    const hasRoom = to.write(passing)
    if (this.#bytesToReset <= 0) return this.#reset()
    if (!hasRoom && !to.destroyed) await Promise.race([once(to, 'drain'), once(to, 'close')])
  }

  #reset(): void {
    this.#client.resetAndDestroy()
    this.#target.resetAndDestroy()
  }

  #keep(chunk: Buffer): void {
    if (this.#saidBytes >= keptBytes) return
    this.#saidBytes += chunk.length
    this.#said.push(chunk)
  }
}
