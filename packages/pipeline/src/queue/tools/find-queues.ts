import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { RejectedError } from '@headwatch/sdk'
import { checkIsQueue } from '../disk/folder-check.ts'
import { nodeFileSystem } from '../disk/node-file-system.ts'

/**
 * The folders of the queues that `folder` stands for: itself, or those of a data folder.
 *
 * @throws {RejectedError} there is none, it is not ours, or a newer version wrote it.
 */
export async function findQueues(folder: string): Promise<readonly string[]> {
  if (!isFolder(folder)) throw new RejectedError(`there is no folder ${folder}`)
  const places = [[folder], foldersIn(join(folder, 'queue')), foldersIn(folder)]
  const found = places.map((candidates) => candidates.filter(isQueue)).find((queues) => queues.length > 0)
  for (const queue of found ?? [folder]) await checkIsQueue(nodeFileSystem, queue)
  return found ?? []
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function foldersIn(folder: string): readonly string[] {
  if (!isFolder(folder)) return []
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .filter(isFolder)
    .toSorted()
}

/** By its names: what only it has. */
function isQueue(folder: string): boolean {
  return readdirSync(folder).some((name) => name === 'cursors.json' || /^[0-9a-f]{16}\.seg$/.test(name))
}
