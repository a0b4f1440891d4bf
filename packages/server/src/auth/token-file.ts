import { readFile } from 'node:fs/promises'
import { RejectedError } from '@headwatch/sdk'
import { hashToken, readTokenHash } from './token-hash.ts'

/**
 * Reads a JSON file of agent name to token hash.
 *
 * @throws {RejectedError} it cannot be read or has another form: one sentence, without its content.
 */
export async function readTokenFile(path: string, whenMissing: 'refuse' | 'empty'): Promise<Map<string, string>> {
  const text = await readText(path, whenMissing)
  const hashes = new Map<string, string>()
  if (text === undefined) return hashes
  for (const [agent, value] of Object.entries(parseObject(path, text))) {
    const hash = typeof value === 'string' ? readTokenHash(value) : undefined
    if (hash === undefined)
      throw new RejectedError(`${path}: the entry of ${JSON.stringify(agent)} is not sha256: and 64 digits`)
    hashes.set(agent, hash)
  }
  return hashes
}

/** Reads the first line of a file: a token, or its hash. @throws {RejectedError} there is none. */
export async function readOperatorHash(path: string): Promise<string> {
  const text = (await readText(path, 'refuse')) ?? ''
  const line = text.split('\n')[0]?.trim() ?? ''
  if (line.length < 16) throw new RejectedError(`${path}: the first line must be a token of at least 16 characters`)
  return readTokenHash(line) ?? hashToken(line)
}

async function readText(path: string, whenMissing: 'refuse' | 'empty'): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENOENT' && whenMissing === 'empty') return undefined
    throw new RejectedError(`${path}: cannot be read (${code ?? 'unknown error'})`, { cause })
  }
}

function parseObject(path: string, text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // The parser's message quotes the file: it stays out of the error.
  }
  throw new RejectedError(`${path}: is not a JSON object of agent names and token hashes`)
}
