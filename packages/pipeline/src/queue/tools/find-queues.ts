import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { RejectedError } from '@headwatch/sdk'
import { checkFolder } from '../disk/folder-check.ts'
import { nodeFileSystem } from '../disk/node-file-system.ts'

/**
 * The folders of the queues that `folder` stands for: itself, or those of a data folder.
 *
 * @throws {RejectedError} there is none, it is not ours, or a newer version wrote it.
 */
export async function findQueues(folder: string): Promise<readonly string[]> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new RejectedError(`there is no folder ${folder}`)
  const places = [[folder], foldersIn(join(folder, 'queue')), foldersIn(folder)]
  const found = places.map((candidates) => candidates.filter(isQueue)).find((queues) => queues.length > 0)
  if (found === undefined)
    throw new RejectedError(`there is no queue in ${folder}; name a queue's folder, or the data folder of a program`)
  for (const queue of found) await checkFolder(nodeFileSystem, queue, 'the command')
  return found
}

function foldersIn(folder: string): readonly string[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name))
    .toSorted()
}

/** By its names: what only it has. */
function isQueue(folder: string): boolean {
  return readdirSync(folder).some((name) => name === 'cursors.json' || /^[0-9a-f]{16}\.seg$/.test(name))
}
