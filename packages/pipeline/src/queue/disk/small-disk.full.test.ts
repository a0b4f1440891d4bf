import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { SmallDiskOutcome } from './testkit/fill-small-disk.ts'

const mount = 'mount -t tmpfs -o size=1m tmpfs "$1"'
const opener = fileURLToPath(new URL('./testkit/open-queue.ts', import.meta.url))
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

  test('a disk that is read-only is refused with the reason', () => {
    const readOnly = `${mount} && mkdir "$1/queue" && mount -o remount,ro "$1"`
    assert.match(
      inNamespace(readOnly, opener),
      /^RejectedError: the folder .*queue cannot be locked: it cannot be written; name another/,
    )
  })
} else console.log('not here: no disk can be mounted for a test (needs root and "unshare -m")')

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-disk-'))
  const { status } = spawnSync('unshare', ['-m', 'sh', '-c', mount, 'sh', folder])
  rmSync(folder, { recursive: true })
  return status === 0
}

function fill(policy: string): SmallDiskOutcome {
  return JSON.parse(inNamespace(mount, script, policy)) as SmallDiskOutcome
}

/** What a script prints that runs where `prepare` has mounted a disk on its first argument. */
function inNamespace(prepare: string, ...command: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-disk-'))
  const [path = '', ...rest] = command
  try {
    const args = [
      '-m',
      'sh',
      '-c',
      `${prepare} && exec "$2" "$3" "$1" "$4"`,
      'sh',
      folder,
      process.execPath,
      path,
      ...rest,
    ]
    return execFileSync('unshare', args, { encoding: 'utf8', timeout: 60_000 })
  } finally {
    rmSync(folder, { recursive: true })
  }
}
