import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { SmallDiskOutcome } from './testkit/fill-small-disk.ts'

const mount = 'mount -t tmpfs -o size=1m tmpfs "$1"'
const script = fileURLToPath(new URL('./testkit/fill-small-disk.ts', import.meta.url))

/** A disk of 1 MiB is mounted where only the child sees it. */
if (canMount()) {
  for (const policy of ['wait', 'drop_oldest', 'drop_newest'])
    test(`a real disk that is full is survived, and room that is made is used, ${policy}`, () => {
      const outcome = fill(policy)
      const { accepted, refused, delivered, gaps, problem, problemAfterwards, acceptedAfterwards, isInOrder } = outcome
      assert.match(problem ?? '', /cannot be written: the disk is full/)
      assert.deepEqual(
        { problemAfterwards, acceptedAfterwards, isInOrder },
        { problemAfterwards: undefined, acceptedAfterwards: 10, isInOrder: true },
      )
      assert.equal(delivered + gaps, accepted, 'accepted = delivered + gaps')
      if (policy === 'wait') assert.deepEqual({ refused, gaps }, { refused: 0, gaps: 0 })
      if (policy === 'drop_newest') assert.ok(refused > 0 && gaps === 0)
      if (policy === 'drop_oldest') assert.ok(gaps > 0)
      assert.ok(delivered > 100, `${delivered} records fit on the disk`)
    })
} else console.log('not here: no disk can be mounted for a test (needs root and "unshare -m")')

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-disk-'))
  const { status } = spawnSync('unshare', ['-m', 'sh', '-c', mount, 'sh', folder])
  rmSync(folder, { recursive: true })
  return status === 0
}

function fill(policy: string): SmallDiskOutcome {
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-disk-'))
  try {
    const command = `${mount} && exec "$2" "$3" "$1" "$4"`
    const args = ['-m', 'sh', '-c', command, 'sh', folder, process.execPath, script, policy]
    return JSON.parse(execFileSync('unshare', args, { encoding: 'utf8', timeout: 60_000 })) as SmallDiskOutcome
  } finally {
    rmSync(folder, { recursive: true })
  }
}
