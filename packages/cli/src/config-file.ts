import { readFile } from 'node:fs/promises'
import { UsageError } from './exit.ts'

/** The text of a configuration file. @throws {UsageError} a sentence when it cannot be read. */
export async function readConfigFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot read ${path}: ${whyNot(error)}`)
  })
}

/** The first line of a file that holds nothing but a secret. @throws {UsageError} */
export async function readSecretFile(path: string): Promise<string> {
  const secret = (await readConfigFile(path)).split(/\r?\n/, 1)[0]?.trim() ?? ''
  if (secret === '') throw new UsageError(`${path} is empty; its first line must hold it`)
  return secret
}

function whyNot({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'this user may not read it'
  if (code === 'EISDIR') return 'it is a folder'
  return message
}
