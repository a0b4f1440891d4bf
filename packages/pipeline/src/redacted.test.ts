import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonLogger } from './logger.ts'
import { redacted } from './redacted.ts'

test('blanks secrets at any depth, in lists, errors and URLs', () => {
  const error = new Error('cannot reach wss://eu-1:hunter2@example.org/agent', { cause: { password: 'hunter2' } })
  const fields = {
    agentToken: 'hunter2',
    headers: [{ Authorization: 'Bearer hunter2' }],
    deep: { er: { shared_secret: 'hunter2' } },
    endpoint: 'http://user:hunter2@127.0.0.1:8545/?x=1',
    error,
    agent: 'eu-1',
  }
  const written = JSON.stringify(redacted(fields))
  assert.ok(!written.includes('hunter2'), written)
  assert.ok(written.includes('eu-1') && written.includes('127.0.0.1:8545'))
})

test('writes whatever it is given, cyclic, deep or strange, as JSON', () => {
  const cyclic: Record<string, unknown> = { big: 1n, call: () => 1 }
  cyclic.self = cyclic
  assert.equal(typeof JSON.stringify(redacted(cyclic)), 'string')
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.anything({ withBigInt: true, withNullPrototype: true })), (fields) => {
      assert.equal(typeof JSON.stringify(redacted(fields)), 'string')
    }),
  )
})

test('the logger writes a line at once, only from its level on', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-log-'))
  const file = join(folder, 'log')
  const fd = openSync(file, 'w')
  try {
    const logger = jsonLogger('warn', 'headwatch', fd)
    logger.info('not written')
    logger.warn('a thing at ftp://a:hunter2@b', { token: 'hunter2', agent: 'eu-1' })
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
    assert.equal(lines.length, 1)
    assert.partialDeepStrictEqual(JSON.parse(lines[0] ?? ''), {
      program: 'headwatch',
      msg: 'a thing at ftp://[redacted]@b',
      token: '[redacted]',
      agent: 'eu-1',
    })
  } finally {
    closeSync(fd)
    rmSync(folder, { recursive: true })
  }
})
