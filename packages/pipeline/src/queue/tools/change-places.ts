import { RejectedError } from '@headwatch/sdk'
import { lockFolder } from '@headwatch/sdk/folder-lock'
import { type Bookkeeping, encodeBookkeeping, readCursorFile, writeCursorFile } from '../disk/cursor-file.ts'
import { nodeFileSystem } from '../disk/node-file-system.ts'

/**
 * Changes what is written down of a queue that nobody uses meanwhile.
 *
 * @throws {RejectedError} it is in use, what is written down cannot be read, or what `change` throws. Nothing is changed then.
 */
export async function changePlaces<T>(
  folder: string,
  change: (before: Bookkeeping) => Promise<{ readonly after: Bookkeeping; readonly outcome: T }>,
): Promise<T> {
  const lock = lockFolder(folder, 'the command')
  try {
    const read = await readCursorFile(nodeFileSystem, folder)
    if (read.is !== 'good')
      throw new RejectedError(
        `where destinations stand cannot be read in ${folder}; start the program once, it makes a new beginning`,
      )
    const { after, outcome } = await change(read.bookkeeping)
    await writeCursorFile(nodeFileSystem, folder, encodeBookkeeping(after))
    return outcome
  } finally {
    lock.release()
  }
}

/** The place of a destination. @throws {RejectedError} there is none; names those there are. */
export function placeOf({ places }: Bookkeeping, destination: string) {
  const place = places.get(destination)
  if (place !== undefined) return place
  const names = [...places.keys()].join(', ')
  throw new RejectedError(`no destination "${destination}" has a place in this queue; there are ${names || 'none'}`)
}
