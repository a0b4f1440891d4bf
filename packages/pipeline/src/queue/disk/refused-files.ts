import { join } from 'node:path'
import type { TelemetryRecord } from '@headwatch/protocol'
import { readAside } from './aside-folder.ts'
import type { FileSystem } from './file-system.ts'
import { refusedName } from './folder-check.ts'
import { nodeFileSystem } from './node-file-system.ts'
import { type RefusedWhy, refusedRecordsOf } from './refused-records.ts'

/** Records that a destination refused at once, as they were kept. */
export interface RefusedFile extends RefusedWhy {
  readonly name: string
  readonly records: readonly { readonly sequence: bigint; readonly record: TelemetryRecord }[]
}

/** What destinations of a queue refused, oldest first; one file in memory at a time. */
export async function* readRefused(folder: string, files: FileSystem = nodeFileSystem): AsyncGenerator<RefusedFile> {
  for await (const aside of readAside<RefusedWhy>(files, join(folder, refusedName)))
    yield { ...aside.why, name: aside.name, records: refusedRecordsOf(aside) }
}

/** Removes a file that was dealt with. */
export async function removeRefused(folder: string, name: string, files: FileSystem = nodeFileSystem): Promise<void> {
  await files.remove(join(folder, refusedName, name))
}
