import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { errorCodeOf } from './disk-error.ts'
import { type FileSystem, readWhole, writeFully } from './file-system.ts'

export interface AsideFolderOptions {
  readonly files: FileSystem
  readonly folder: string
  /** Beyond this the oldest files go. */
  readonly maxBytes: number
}

/** More files than this are not kept. */
const maxFiles = 1_000

const ending = '.aside'

/**
 * Files that nobody waits for, kept for people: what was damaged, what a destination refused. Bounded, the oldest go first.
 *
 * A file is one line of JSON, which says why, and the bytes behind it. The line begins with the CRC-32 of all that follows it, eight
 * hexadecimal digits and a space.
 */
export class AsideFolder {
  readonly #options: AsideFolderOptions
  #sizes: ReadonlyMap<string, number>
  #number: bigint
  /** Of a file that there is room for and that is not there yet. */
  #bytesUnderWay = 0

  private constructor(options: AsideFolderOptions, sizes: ReadonlyMap<string, number>) {
    this.#options = options
    this.#sizes = sizes
    const newest = [...sizes.keys()].at(-1)
    this.#number = newest === undefined ? 0n : BigInt(`0x${newest.slice(0, 16)}`)
  }

  /** Takes in what is there; a folder that is not there is made with the first file. */
  static async open(options: AsideFolderOptions): Promise<AsideFolder> {
    const sizes = new Map<string, number>()
    for (const name of await namesIn(options.files, options.folder)) {
      const file = await options.files.open(join(options.folder, name), 'read')
      try {
        sizes.set(name, await file.size())
      } finally {
        await file.close()
      }
    }
    return new AsideFolder(options, sizes)
  }

  get bytes(): number {
    let bytes = this.#bytesUnderWay
    for (const size of this.#sizes.values()) bytes += size
    return bytes
  }

  /**
   * Keeps `body` and why it is here, if there is room for it in `room` bytes more than now; resolves with whether it is kept, after a sync.
   *
   * @throws what the file system throws; nothing is kept then.
   */
  async keep(why: object, body: Uint8Array, room: number): Promise<boolean> {
    const { files, folder, maxBytes } = this.#options
    const text = `${JSON.stringify(why)}\n`
    const sum = crc32(body, crc32(text)).toString(16).padStart(8, '0')
    const bytes = Buffer.concat([Buffer.from(`${sum} ${text}`), body])
    const bound = Math.min(maxBytes, this.bytes + room)
    if (bytes.byteLength > bound) return false
    this.#bytesUnderWay = bytes.byteLength
    try {
      while (this.bytes > bound || this.#sizes.size >= maxFiles) await this.#removeOldest()
      await files.makeFolder(folder)
    } finally {
      this.#bytesUnderWay = 0
    }
    const name = `${(++this.#number).toString(16).padStart(16, '0')}${ending}`
    const path = join(folder, name)
    const file = await files.open(path, 'create')
    try {
      this.#sizes = new Map(this.#sizes).set(name, bytes.byteLength)
      await writeFully(file, [bytes], 0)
      await file.sync()
      await files.syncFolder(folder)
    } catch (error) {
      await files.remove(path).then(
        () => this.#forget(name),
        () => undefined,
      )
      throw error
    } finally {
      await file.close().catch(() => undefined)
    }
    return true
  }

  /** Lets the oldest go, for want of room. Returns how many bytes that freed. */
  async #removeOldest(): Promise<void> {
    const [oldest] = this.#sizes.keys()
    if (oldest === undefined) return
    await this.#options.files.remove(join(this.#options.folder, oldest)).catch((error: unknown) => {
      if (errorCodeOf(error) !== 'ENOENT') throw error
    })
    this.#forget(oldest)
  }

  #forget(name: string): void {
    const sizes = new Map(this.#sizes)
    sizes.delete(name)
    this.#sizes = sizes
  }
}

/** What one file in such a folder says and holds. */
export interface Aside<Why> {
  readonly name: string
  readonly why: Why
  readonly body: Buffer
  /** Of the file before the body. */
  readonly headBytes: number
}

/** The files of a folder, oldest first; those that are not whole are left out. */
export async function* readAside<Why>(files: FileSystem, folder: string): AsyncGenerator<Aside<Why>> {
  for (const name of await namesIn(files, folder)) {
    const bytes = await readWhole(files, join(folder, name))
    const end = bytes.indexOf('\n')
    const rest = bytes.subarray(9)
    if (end < 9 || Number.parseInt(bytes.toString('latin1', 0, 8), 16) !== crc32(rest)) continue
    yield {
      name,
      why: JSON.parse(bytes.toString('utf8', 9, end)) as Why,
      body: bytes.subarray(end + 1),
      headBytes: end + 1,
    }
  }
}

async function namesIn(files: FileSystem, folder: string): Promise<readonly string[]> {
  try {
    const names = await files.list(folder)
    return names.filter((name) => /^[0-9a-f]{16}\.aside$/.test(name)).sort()
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return []
    throw error
  }
}
