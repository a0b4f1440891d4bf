import assert from 'node:assert/strict'
import { deliveredFrom, missingIn, smallQueue } from './small-queue.ts'

/** Cuts the files of a small queue, one at a time: at every byte, or at every so manieth. */
export async function checkCuts(end: 'closed' | 'killed', every: number): Promise<void> {
  const { files, segments, owed } = await smallQueue(end)
  for (const [path, bytes] of files)
    for (let length = 0; length < bytes.byteLength; length += every) {
      const { ids, gaps } = await deliveredFrom(new Map(files).set(path, bytes.subarray(0, length)))
      const missing = owed.filter((id) => !ids.includes(id))
      const inFile = owed.filter((id) => Math.floor((id - 1) / 3) === segments.indexOf(path))
      const what = `${path} cut at ${length} of ${bytes.byteLength}`
      // What stands before the cut is there: those that are missing are the last of their file.
      assert.deepEqual(missing, inFile.slice(inFile.length - missing.length), `${what} cost other records`)
      const isBeforeLast = length > bytes.byteLength - 40
      assert.ok(!isBeforeLast || missing.length <= 1, `${what} cost ${missing.length} records`)
      assert.equal(missingIn(gaps), missing.length, `${what}: what is missing is told`)
    }
}
