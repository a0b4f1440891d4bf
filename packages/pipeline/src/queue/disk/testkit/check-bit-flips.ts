import assert from 'node:assert/strict'
import { deliveredFrom, missingIn, smallQueue } from './small-queue.ts'

/** Flips bits of a small queue, one at a time: all of them, or every so manieth. */
export async function checkBitFlips(every: number): Promise<void> {
  const { files, owed } = await smallQueue('closed')
  for (const [path, bytes] of files)
    for (let bit = 0; bit < bytes.byteLength * 8; bit += every) {
      const flipped = Buffer.from(bytes)
      const at = bit >> 3
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (bit & 7))
      await checkFlip(new Map(files).set(path, flipped), owed, path, `bit ${bit & 7} of byte ${at} of ${path}`)
    }
}

async function checkFlip(files: ReadonlyMap<string, Uint8Array>, owed: readonly number[], path: string, what: string) {
  const { ids, gaps, quarantinedRecords } = await deliveredFrom(files)
  const missing = owed.filter((id) => !ids.includes(id))
  assert.ok(missing.length <= 1, `${what} cost ${missing.length} records`)
  if (!path.endsWith('.seg')) return assert.deepEqual(missing, [], `${what} cost a record`)
  assert.equal(missingIn(gaps), missing.length, `${what}: what is missing is told`)
  assert.equal(quarantinedRecords, missing.length, `${what}: and counted`)
}
