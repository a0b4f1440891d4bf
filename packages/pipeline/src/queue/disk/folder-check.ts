import { join } from 'node:path'
import { RejectedError } from '@headwatch/sdk'
import { cursorFileName, cursorTemporaryName, readCursorFile } from './cursor-file.ts'
import { errorCodeOf } from './disk-error.ts'
import { type FileSystem, readWhole } from './file-system.ts'
import { readHeaders } from './read-segments.ts'
import { firstInName } from './segment-format.ts'

export const quarantineName = 'quarantine'
export const refusedName = 'refused'

const ownNames = [cursorFileName, cursorTemporaryName, quarantineName, refusedName]
const lockNames = /^owner\.lock(-journal)?$/

/**
 * Whether a folder is a queue, or can become one. Reads only.
 *
 * @throws {RejectedError} it is neither, or a newer version wrote it.
 */
export async function checkFolder(files: FileSystem, folder: string, setting: string): Promise<void> {
  await checkIsOurs(files, folder, `name another folder in ${setting}`)
}

/**
 * Whether there is a queue in a folder. Reads only.
 *
 * @throws {RejectedError} there is none, or a newer version wrote it.
 */
export async function checkIsQueue(files: FileSystem, folder: string): Promise<void> {
  const others = await checkIsOurs(files, folder, 'name the folder of a queue, such as data/queue/main')
  if (others.length === 0)
    throw new RejectedError(`there is no queue in ${folder}: name the folder of one, such as data/queue/main`)
}

/** Returns the names in it that a lock does not make. */
async function checkIsOurs(files: FileSystem, folder: string, advice: string): Promise<readonly string[]> {
  const names = await namesIn(files, folder, advice)
  const others = names.filter((name) => !lockNames.test(name))
  if (others.length === 0) return others
  const headers = await readHeaders(files, folder)
  const cursors = await readCursorFile(files, folder)
  const newer = [...headers.map(({ header }) => header), cursors].find((read) => read.is === 'newer')
  if (newer?.is === 'newer')
    throw new RejectedError(
      `the queue in ${folder} was written by a newer Headwatch (format ${newer.version}): start that version, or ${advice}`,
    )
  const hasOurs =
    cursors.is === 'good' ||
    headers.some(({ header }) => header.is === 'good' || (header.is === 'damaged' && header.isOurs)) ||
    (cursors.is === 'damaged' && (await looksLikeOurs(files, folder)))
  const isOnlyLeftovers = others.every((name) => ownNames.includes(name) && name !== cursorFileName)
  if (hasOurs || isOnlyLeftovers) return others
  const strange = others.find((name) => !ownNames.includes(name) && firstInName(name) === undefined) ?? others[0]
  throw new RejectedError(`the folder ${folder} holds something that is not a Headwatch queue (${strange}): ${advice}`)
}

async function namesIn(files: FileSystem, folder: string, advice: string): Promise<readonly string[]> {
  try {
    return await files.list(folder)
  } catch (cause) {
    const code = errorCodeOf(cause)
    // Whether it can be made, or is a file, the lock finds out.
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    const reason = code === 'EACCES' ? 'it may not be read' : String(cause)
    throw new RejectedError(`the folder ${folder} cannot be opened: ${reason}; ${advice}`, { cause })
  }
}

/** A damaged file can still be told from another program's. */
async function looksLikeOurs(files: FileSystem, folder: string): Promise<boolean> {
  const text = (await readWhole(files, join(folder, cursorFileName))).toString('latin1')
  return text.includes('"quarantinedRecords"') || text.includes('"newestSegment"')
}
