import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const tests = `
import { describe, test } from 'node:test'
describe('a suite', () => {
  test('runs', () => undefined)
  test('waits', { skip: 'no peer' }, () => undefined)
})
describe('a suite as a whole', { skip: 'no browser' }, () => test('is not heard of', () => undefined))
test('is left to do', { todo: true }, () => undefined)
`

test('the tally counts what ran and names what did not, whole suites too', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-tally-'))
  const file = join(folder, 'some.test.mjs')
  writeFileSync(file, tests)
  const { NODE_TEST_CONTEXT: _ours, ...env } = process.env
  const reporter = new URL('test-tally.ts', import.meta.url).href
  const { stdout } = spawnSync(process.execPath, ['--test', `--test-reporter=${reporter}`, file], {
    env,
    encoding: 'utf8',
  })
  rmSync(folder, { recursive: true })
  const { ran, skipped } = JSON.parse(stdout)
  assert.equal(ran, 1)
  assert.deepEqual(skipped.toSorted(), [
    'a suite as a whole: no browser',
    'is left to do: no reason given',
    'waits: no peer',
  ])
})
