import { dirname } from 'node:path'
import type { FileSystem, OpenFile, OpenMode } from '../file-system.ts'

/** A file's contents: what a power cut leaves, what programs see, and the changes between the two. */
interface Inode {
  durable: Buffer
  seen: Buffer
  pending: Change[]
}

type Change =
  | { readonly kind: 'write'; readonly at: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly to: number }

type NameChange = { readonly remove?: string; readonly add?: readonly [string, Inode] }

/** A call to the disk, as a fault sees it. */
export type CallName =
  | 'open'
  | 'create'
  | 'read'
  | 'write'
  | 'sync'
  | 'truncate'
  | 'size'
  | 'close'
  | 'list'
  | 'makeFolder'
  | 'rename'
  | 'remove'
  | 'syncFolder'

/** Says what goes wrong with a call: a code such as `EIO`, the power, or nothing. `number` counts calls from 1. */
export type Fault = (number: number, call: CallName) => string | 'power_cut' | undefined

/** From 0 to 1; the same ones for the same seed. */
export type Dice = () => number

export interface SimulatedDiskOptions {
  readonly dice: Dice
  readonly fault?: Fault
  /** Of all files together. */
  readonly capacityBytes?: number
}

/** A disk in memory. What was not synced may be lost, torn or out of order after a power cut; each call may be the last one, or fail. */
export class SimulatedDisk implements FileSystem {
  readonly dice: Dice
  readonly #capacityBytes: number
  #fault: Fault
  #names = new Map<string, Inode>()
  #durableNames = new Map<string, Inode>()
  #pendingNames: NameChange[] = []
  readonly #folders = new Set<string>(['/'])
  #calls = 0
  #hasPower = true
  /** Part of a file that cannot be read. */
  badBytes: { readonly path: string; readonly from: number; readonly to: number } | undefined
  /** The most that all files ever held together. */
  peakBytes = 0

  constructor({ dice, fault = () => undefined, capacityBytes = Number.POSITIVE_INFINITY }: SimulatedDiskOptions) {
    this.dice = dice
    this.#fault = fault
    this.#capacityBytes = capacityBytes
  }

  /** A disk that holds these files, safely. */
  static of(files: ReadonlyMap<string, Uint8Array>, options: SimulatedDiskOptions): SimulatedDisk {
    const disk = new SimulatedDisk(options)
    for (const [path, bytes] of files) {
      const inode = { durable: Buffer.from(bytes), seen: Buffer.from(bytes), pending: [] }
      disk.#names.set(path, inode)
      disk.#durableNames.set(path, inode)
      for (let folder = dirname(path); !disk.#folders.has(folder); folder = dirname(folder)) disk.#folders.add(folder)
    }
    return disk
  }

  get calls(): number {
    return this.#calls
  }

  get hasPower(): boolean {
    return this.#hasPower
  }

  /** Of all files. */
  get bytes(): number {
    let bytes = 0
    for (const { seen } of this.#names.values()) bytes += seen.byteLength
    return bytes
  }

  /** What programs see now. */
  get files(): ReadonlyMap<string, Buffer> {
    return new Map([...this.#names].map(([path, { seen }]) => [path, Buffer.from(seen)]))
  }

  set fault(fault: Fault) {
    this.#fault = fault
  }

  /** The power was not cut after all: only the program was killed, and another one finds all that it wrote. */
  restore(): void {
    this.#hasPower = true
  }

  /** What is there after a power cut now: everything that was synced, and of the rest whatever the dice say. */
  afterPowerCut(): ReadonlyMap<string, Buffer> {
    const names = new Map(this.#durableNames)
    const odds = this.dice()
    for (const { remove, add } of this.#pendingNames) {
      if (this.dice() > odds) continue
      if (remove !== undefined) names.delete(remove)
      if (add !== undefined) names.set(...add)
    }
    return new Map([...names].map(([path, inode]) => [path, this.#remains(inode)]))
  }

  async open(path: string, mode: OpenMode): Promise<OpenFile> {
    const isNew = mode === 'create' || mode === 'create_synced'
    await this.#call(isNew ? 'create' : 'open')
    const known = this.#names.get(path)
    if (isNew && known !== undefined) throw failure('EEXIST')
    if (!isNew && known === undefined) throw failure('ENOENT')
    if (!this.#folders.has(dirname(path))) throw failure('ENOENT')
    const inode = known ?? { durable: Buffer.alloc(0), seen: Buffer.alloc(0), pending: [] }
    if (known === undefined) this.#rename({ add: [path, inode] })
    const file = this.#file(inode)
    if (mode !== 'create_synced') return file
    const write: OpenFile['write'] = async (...written) => {
      const bytes = await file.write(...written)
      await file.sync()
      return bytes
    }
    return { ...file, write }
  }

  async list(folder: string): Promise<readonly string[]> {
    await this.#call('list')
    if (!this.#folders.has(folder)) throw failure('ENOENT')
    const below = (path: string) => dirname(path) === folder && path !== folder
    return [...this.#names.keys(), ...this.#folders].filter(below).map((path) => path.slice(folder.length + 1))
  }

  async makeFolder(folder: string): Promise<void> {
    await this.#call('makeFolder')
    for (let path = folder; !this.#folders.has(path); path = dirname(path)) this.#folders.add(path)
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#call('rename')
    const inode = this.#names.get(from)
    if (inode === undefined) throw failure('ENOENT')
    this.#rename({ remove: from, add: [to, inode] })
  }

  async remove(path: string): Promise<void> {
    await this.#call('remove')
    if (!this.#names.has(path)) throw failure('ENOENT')
    this.#rename({ remove: path })
  }

  async syncFolder(folder: string): Promise<void> {
    await this.#call('syncFolder')
    const isIn = ({ remove, add }: NameChange) => dirname(remove ?? add?.[0] ?? '') === folder
    for (const { remove, add } of this.#pendingNames.filter(isIn)) {
      if (remove !== undefined) this.#durableNames.delete(remove)
      if (add !== undefined) this.#durableNames.set(...add)
    }
    this.#pendingNames = this.#pendingNames.filter((change) => !isIn(change))
  }

  #file(inode: Inode): OpenFile {
    // A file whose sync has failed once may say that all is well for ever after.
    let isBroken = false
    return {
      read: async (into, position) => {
        await this.#call('read')
        this.#checkReadable(inode, position, position + into.byteLength)
        return inode.seen.copy(into, 0, position)
      },
      write: async (buffers, position) => {
        const bytes = Buffer.concat(buffers)
        const code = this.#fails('write')
        if (code !== undefined) {
          // Some of it may have got through before.
          this.#write(inode, bytes.subarray(0, Math.floor(this.dice() * bytes.byteLength)), position)
          throw failure(code)
        }
        await this.#powered()
        const room = this.#capacityBytes - this.bytes + Math.max(0, inode.seen.byteLength - position)
        if (room <= 0 && bytes.byteLength > 0) throw failure('ENOSPC')
        return this.#write(inode, bytes.subarray(0, Math.max(0, room)), position)
      },
      sync: async () => {
        const code = this.#fails('sync')
        if (code !== undefined) {
          // What was not written then is not tried again by any later sync.
          inode.durable = this.#remains(inode)
          inode.pending = []
          isBroken = true
          throw failure(code)
        }
        await this.#powered()
        if (isBroken) return
        inode.durable = Buffer.from(inode.seen)
        inode.pending = []
      },
      truncate: async (to) => {
        await this.#call('truncate')
        inode.pending.push({ kind: 'truncate', to })
        inode.seen = changed(inode.seen, { kind: 'truncate', to })
      },
      size: async () => {
        await this.#call('size')
        return inode.seen.byteLength
      },
      close: () => this.#call('close'),
    }
  }

  #checkReadable(inode: Inode, from: number, to: number): void {
    const bad = this.badBytes
    if (bad !== undefined && this.#names.get(bad.path) === inode && from < bad.to && bad.from < to) throw failure('EIO')
  }

  #write(inode: Inode, bytes: Buffer, at: number): number {
    const change = { kind: 'write', at, bytes } as const
    inode.pending.push(change)
    inode.seen = changed(inode.seen, change)
    this.peakBytes = Math.max(this.peakBytes, this.bytes)
    return bytes.byteLength
  }

  #rename(change: NameChange): void {
    this.#pendingNames.push(change)
    if (change.remove !== undefined) this.#names.delete(change.remove)
    if (change.add !== undefined) this.#names.set(...change.add)
  }

  /** A file as a power cut may leave it. */
  #remains({ durable, pending }: Inode): Buffer {
    const odds = this.dice()
    let bytes: Buffer = Buffer.from(durable)
    for (const change of pending) {
      const fate = this.dice()
      if (fate < odds) bytes = changed(bytes, change)
      else if (change.kind === 'write' && fate < odds + 0.3) bytes = changed(bytes, this.#torn(change))
    }
    return bytes
  }

  /** Part of it; or only its length, as a file system does that allocates late. */
  #torn({ at, bytes }: Extract<Change, { kind: 'write' }>): Change {
    const cut = Math.floor(this.dice() * bytes.byteLength)
    const way = this.dice()
    if (way < 0.5) return { kind: 'write', at, bytes: bytes.subarray(0, cut) }
    const holed = Buffer.from(bytes)
    if (way < 0.75) holed.fill(0)
    else holed.fill(0, 0, cut)
    return { kind: 'write', at, bytes: holed }
  }

  async #call(name: CallName): Promise<void> {
    const code = this.#fails(name)
    if (code !== undefined) throw failure(code)
    await this.#powered()
  }

  #fails(name: CallName): string | undefined {
    if (!this.#hasPower) return undefined
    const fault = this.#fault(++this.#calls, name)
    if (fault !== 'power_cut') return fault
    this.#hasPower = false
    return undefined
  }

  /** Without power nothing ever comes back. */
  #powered(): Promise<void> {
    return this.#hasPower ? Promise.resolve() : new Promise(() => undefined)
  }
}

function changed(bytes: Buffer, change: Change): Buffer {
  if (change.kind === 'truncate') return Buffer.concat([bytes.subarray(0, change.to)], change.to)
  const end = change.at + change.bytes.byteLength
  const result = Buffer.concat([bytes], Math.max(bytes.byteLength, end))
  change.bytes.copy(result, change.at)
  return result
}

function failure(code: string): Error {
  return Object.assign(new Error(`simulated ${code}`), { code })
}

/** Mulberry32. */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
