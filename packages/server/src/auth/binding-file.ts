import { mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Logger } from '@headwatch/sdk'
import { readTokenFile } from './token-file.ts'

/**
 * Which name belongs to which token, as hashes, on disk. Written whole beside itself and renamed, so that a crash leaves
 * the old one or the new one. Changes made while it is being written go into the next writing.
 */
export class BindingFile implements AsyncDisposable {
  readonly #path: string
  readonly #logger: Logger
  readonly #hashes: Map<string, string>
  #writing: Promise<void> | undefined
  #isStale = false

  private constructor(path: string, hashes: Map<string, string>, logger: Logger) {
    this.#path = path
    this.#hashes = hashes
    this.#logger = logger
  }

  /** @throws {RejectedError} the file is there and cannot be read, or is not ours. */
  static async open(path: string, logger: Logger): Promise<BindingFile> {
    return new BindingFile(path, await readTokenFile(path, 'empty'), logger)
  }

  get size(): number {
    return this.#hashes.size
  }

  hashOf(agent: string): string | undefined {
    return this.#hashes.get(agent)
  }

  /** Binds at once in memory and soon on disk. A disk that fails costs the binding at the next start, not the agent. */
  bind(agent: string, hash: string): void {
    this.#hashes.set(agent, hash)
    this.#isStale = true
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
    })
  }

  /** Waits until what was bound is on disk, or cannot be. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing
  }

  async #write(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false
      try {
        await this.#replace(`${JSON.stringify(Object.fromEntries(this.#hashes), undefined, 2)}\n`)
      } catch (error) {
        this.#logger.error('bindings of agents cannot be written', { file: this.#path, error: String(error) })
        return
      }
    }
  }

  async #replace(text: string): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true })
    const beside = `${this.#path}.new`
    {
      await using file = await open(beside, 'w', 0o600)
      await file.writeFile(text)
      await file.sync()
    }
    await rename(beside, this.#path)
  }
}
