import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Reads a file of procfs; undefined when this machine has none, or it is not ours to read. */
export type ReadProc = (path: string) => Promise<string | undefined>

/** Reads below `folder`. */
export function procReader(folder: string): ReadProc {
  return (path) => readFile(join(folder, path), 'utf8').catch(() => undefined)
}

/** The numbers of a line, from its `skip`-th word on. */
export function numbersOf(line: string, skip: number): readonly number[] {
  return line.trim().split(/\s+/).slice(skip).map(Number)
}
