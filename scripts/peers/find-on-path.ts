import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where an executable is; undefined when it is nowhere. */
export function findOnPath(command: string): string | undefined {
  // Daemons live in sbin, which an ordinary user's PATH leaves out.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, command)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
