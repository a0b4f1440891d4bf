import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

type Path = readonly (string | number)[]

export interface ReferenceSources {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Relative files are looked for here. */
  readonly folder: string
}

const maxFileBytes = 65_536

/**
 * `value` with every text that is nothing but `${NAME}` or `${file:PATH}` replaced by the variable of that name or the
 * file's text without its last line break: how secrets stay out of the file. What cannot be replaced is told and left as it is.
 */
export function replaceReferences(
  value: unknown,
  sources: ReferenceSources,
  onMissing: (path: Path, message: string) => void,
  path: Path = [],
): unknown {
  if (typeof value === 'string') return replaced(value, sources, (message) => onMissing(path, message))
  if (typeof value !== 'object' || value === null) return value
  const below = (part: unknown, key: string | number) => replaceReferences(part, sources, onMissing, [...path, key])
  if (Array.isArray(value)) return value.map(below)
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, below(part, key)]))
}

function replaced(
  text: string,
  { environment, folder }: ReferenceSources,
  onMissing: (message: string) => void,
): string {
  const variable = /^\$\{(\w+)\}$/.exec(text)?.[1]
  if (variable !== undefined) {
    const value = environment[variable]
    if (value === undefined) onMissing(`the environment has no variable ${variable}`)
    return value ?? text
  }
  const file = /^\$\{file:(.+)\}$/.exec(text)?.[1]
  if (file === undefined) return text
  try {
    const content = readFileSync(resolve(folder, file))
    if (content.length <= maxFileBytes) return content.toString('utf8').replace(/\r?\n$/, '')
    onMissing(`the file ${file} is larger than ${maxFileBytes} bytes, which no secret is`)
  } catch (error) {
    onMissing(`the file ${file} cannot be read: ${(error as NodeJS.ErrnoException).code ?? 'it is not a file'}`)
  }
  return text
}
