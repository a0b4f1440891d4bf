import { errorCodeOf } from './disk-error.ts'

/** An open file. Positions and sizes in bytes. */
export interface OpenFile {
  /** Reads into `into` from `position`; how many bytes there were, 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>
  /** Writes the buffers one after the other at `position`; how many bytes were taken, which may be fewer. */
  write(buffers: readonly Uint8Array[], position: number): Promise<number>
  /** Resolves once contents and length would survive a power cut. After a rejection nothing is known of what was written. */
  sync(): Promise<void>
  truncate(bytes: number): Promise<void>
  size(): Promise<number>
  close(): Promise<void>
}

/** `create_synced`: each `write` is followed by a `sync` as one call, and rejects where either does. */
export type OpenMode = 'read' | 'change' | 'create' | 'create_synced'

/**
 * What the queue asks of a file system, and all of it: a test puts one in its place that crashes, tears and fills up. Rejections carry the
 * system's `code`, such as `ENOSPC`.
 */
export interface FileSystem {
  /** Creating refuses a file that exists; the other modes one that does not. */
  open(path: string, mode: OpenMode): Promise<OpenFile>
  /** The names in a folder, in no order. */
  list(folder: string): Promise<readonly string[]>
  /** Makes a folder and those above it; one that exists is left alone. */
  makeFolder(folder: string): Promise<void>
  /** Replaces a file of that name. */
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** Resolves once the names in the folder would survive a power cut. */
  syncFolder(folder: string): Promise<void>
}

/** The whole file; zeros where the disk has errors. */
export async function readWhole(files: FileSystem, path: string): Promise<Buffer> {
  const file = await files.open(path, 'read')
  try {
    const bytes = Buffer.alloc(await file.size())
    return bytes.subarray(0, await readThrough(file, bytes, 0))
  } finally {
    await file.close()
  }
}

/** Fills `into` from `position` on as far as the file goes. Returns how far that was. */
export async function readFully(file: OpenFile, into: Uint8Array, position: number): Promise<number> {
  let have = 0
  while (have < into.byteLength) {
    const read = await file.read(into.subarray(have), position + have)
    if (read === 0) break
    have += read
  }
  return have
}

const blockBytes = 4_096
const triesPerBlock = 3

/** `readFully` from a disk with errors: what cannot be read after some tries comes as zeros, a block at a time. */
export async function readThrough(file: OpenFile, into: Uint8Array, position: number): Promise<number> {
  try {
    return await readFully(file, into, position)
  } catch (error) {
    if (errorCodeOf(error) !== 'EIO') throw error
  }
  const bytes = Math.min(into.byteLength, Math.max(0, (await file.size()) - position))
  for (let at = 0; at < bytes; at += blockBytes)
    await readBlock(file, into.subarray(at, Math.min(bytes, at + blockBytes)), position + at)
  return bytes
}

async function readBlock(file: OpenFile, into: Uint8Array, position: number): Promise<void> {
  for (let attempt = 0; attempt < triesPerBlock; attempt++) {
    try {
      await readFully(file, into, position)
      return
    } catch (error) {
      if (errorCodeOf(error) !== 'EIO') throw error
    }
  }
  into.fill(0)
}

/**
 * Writes everything, or rejects.
 *
 * @throws the system's error; `ENOSPC` too where a write was cut short and nothing more was taken.
 */
export async function writeFully(file: OpenFile, buffers: readonly Uint8Array[], position: number): Promise<void> {
  const total = buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0)
  let written = await file.write(buffers, position)
  if (written === total) return
  const whole = Buffer.concat(buffers)
  while (written < total) {
    const more = await file.write([whole.subarray(written)], position + written)
    if (more === 0) throw Object.assign(new Error('the disk takes no more'), { code: 'ENOSPC' })
    written += more
  }
}

/** Puts a file in place whole: after a crash at any moment either the old one is there or the new one. */
export async function replaceFile(
  files: FileSystem,
  place: { readonly folder: string; readonly path: string; readonly temporary: string },
  bytes: Uint8Array,
): Promise<void> {
  await files.remove(place.temporary).catch(() => undefined)
  const file = await files.open(place.temporary, 'create')
  try {
    await writeFully(file, [bytes], 0)
    await file.sync()
  } finally {
    await file.close()
  }
  await files.rename(place.temporary, place.path)
  await files.syncFolder(place.folder)
}
