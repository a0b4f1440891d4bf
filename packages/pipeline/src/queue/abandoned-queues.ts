import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'

/**
 * Queues below `folder` in which records wait and which none of `used`, folders of queues, is: of a pipeline that was renamed, removed, or
 * told to keep its queue in memory. By their folders' names. Never rejects.
 */
export async function abandonedQueues(folder: string, used: readonly string[]): Promise<readonly string[]> {
  const unused = namesIn(folder).filter((name) => !used.some((path) => basename(path) === name))
  const found = await Promise.all(unused.map(async (name) => ((await hasWaiting(join(folder, name))) ? [name] : [])))
  return found.flat()
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // There is no queue yet, or none to be seen.
  }
}

async function hasWaiting(queue: string): Promise<boolean> {
  try {
    const { inspectQueue } = await import('./disk/queue-report.ts')
    return (await inspectQueue(queue)).destinations.some(({ records }) => records > 0)
  } catch {
    return false // It is no queue, or not of this version.
  }
}
