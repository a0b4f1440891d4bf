import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { IssuedNumbers } from './issued-numbers.ts'
import { complaintOf, judge } from './judgement.ts'
import { numberedRecord } from './numbered-record.ts'
import { readStoredNumbers } from './stored-numbers.ts'

const agent = 'agent-1'
const count = 40

/** A store's folder that holds every number, as its page describes it, and what was issued: all of it kept but the last. */
function fullStore() {
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-oracle-'))
  const issued = new IssuedNumbers(agent)
  const numbers = [...issued.issue(8, 1), ...issued.issue(count - 8, 2)]
  issued.keep(numbers.slice(0, -1))
  const db = new DatabaseSync(join(folder, 'telemetry-000001-x.sqlite'))
  db.exec(`CREATE TABLE source (id INTEGER PRIMARY KEY, agent TEXT, stream TEXT, epoch TEXT);
    CREATE TABLE origin (id INTEGER PRIMARY KEY, agent TEXT, node TEXT, network TEXT);
    CREATE TABLE shape (id INTEGER PRIMARY KEY, labels TEXT, names TEXT);
    CREATE TABLE gap (id INTEGER PRIMARY KEY, source INTEGER, first INTEGER, last INTEGER, reason TEXT, stored_at INTEGER);
    CREATE TABLE metric (id INTEGER PRIMARY KEY, origin INTEGER, at INTEGER, shape INTEGER, readings BLOB);
    CREATE TABLE log (id INTEGER PRIMARY KEY, origin INTEGER, at INTEGER, severity INTEGER, application TEXT, message TEXT);
    INSERT INTO source VALUES (1, '"agent-1"', '"main"', '"e1"');
    INSERT INTO origin VALUES (1, '"agent-1"', '"agent-1"', NULL), (2, '"agent-2"', '"agent-2"', NULL);
    INSERT INTO shape VALUES (1, '{}', '["numbered_count","digest_count"]')`)
  for (const number of numbers) storeIn(db, number)
  const verdict = () => judge(issued, readStoredNumbers(folder, agent))
  const close = () => {
    db.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { db, verdict, [Symbol.dispose]: close }
}

function storeIn(db: DatabaseSync, number: number): void {
  const item = numberedRecord(agent, number)
  if (item.type === 'log') {
    db.prepare('INSERT INTO log (origin, at, severity, application, message) VALUES (1, 0, 6, ?, ?)').run(
      item.application,
      item.message,
    )
    return
  }
  const blob = Buffer.alloc(14)
  for (const [place, value] of Object.values(item.readings).entries()) {
    blob.writeUInt8(6, place * 7)
    blob.writeIntLE(value, place * 7 + 1, 6)
  }
  db.prepare('INSERT INTO metric (origin, at, shape, readings) VALUES (1, 0, 1, ?)').run(blob)
}

describe('the oracle', () => {
  test('is content when every record is stored once, whether or not the last was answered for', () => {
    using store = fullStore()
    assert.equal(complaintOf(agent, store.verdict()), undefined)
    assert.partialDeepStrictEqual(store.verdict(), { issued: count, kept: count - 1, stored: count })
    store.db.exec('DELETE FROM metric WHERE id = 20')
    assert.equal(complaintOf(agent, store.verdict()), undefined)
  })

  test('finds a record that is lost, of either kind', () => {
    using store = fullStore()
    store.db.exec('DELETE FROM metric WHERE id = 3; DELETE FROM log WHERE id = 3')
    assert.deepEqual(store.verdict().lost, [5, 6])
  })

  test('takes a declared gap for what it covers, and for no record more', () => {
    using store = fullStore()
    store.db.exec(
      `DELETE FROM metric WHERE id < 4; INSERT INTO gap (source, first, last, reason) VALUES (1, 1, 2, 'wrapped')`,
    )
    assert.partialDeepStrictEqual(store.verdict(), { declared: [2, 4], lost: [6] })
  })

  test('finds a record that is stored twice', () => {
    using store = fullStore()
    storeIn(store.db, 7)
    storeIn(store.db, 8)
    assert.deepEqual(store.verdict().duplicated, [7, 8])
  })

  test('finds a record of which a letter or a digit has changed', () => {
    using store = fullStore()
    store.db.exec(
      `UPDATE log SET message = replace(message, '漢', '漠') WHERE id = 2;
       UPDATE metric SET readings = (SELECT readings FROM metric WHERE id = 5) WHERE id = 6;
       UPDATE metric SET readings = x'06020000000000' || substr(readings, 8) WHERE id = 8`,
    )
    assert.equal(store.verdict().corrupt.length, 2)
    assert.deepEqual([store.verdict().duplicated, store.verdict().lost], [[10], [3, 12, 16]])
  })

  test('finds a record that nobody issued', () => {
    using store = fullStore()
    storeIn(store.db, count + 1)
    assert.deepEqual(store.verdict().corrupt, [`number ${count + 1} was never issued`])
  })

  test('finds a record that came too late in its lane, and lets a backlog come beside live data', () => {
    using store = fullStore()
    store.db.exec('UPDATE log SET id = id + 100 WHERE id BETWEEN 5 AND 9')
    assert.equal(complaintOf(agent, store.verdict()), undefined)
    store.db.exec('UPDATE log SET id = 200 WHERE id = 3')
    assert.deepEqual(store.verdict().disordered, [5])
  })

  test('asks for no order between two lives whose epochs differ, and for order within each', () => {
    using store = fullStore()
    store.db.exec(
      `INSERT INTO source VALUES (2, '"agent-1"', '"main"', '"e2"'); UPDATE log SET id = id + 100 WHERE id < 5`,
    )
    assert.equal(complaintOf(agent, store.verdict()), undefined)
    store.db.exec('UPDATE log SET id = 200 WHERE id = 12; UPDATE log SET id = 201 WHERE id = 6')
    assert.deepEqual(store.verdict().disordered, [11])
  })

  test('looks at the records of its own source alone', () => {
    using store = fullStore()
    store.db.exec('UPDATE log SET origin = 2 WHERE id = 3')
    assert.deepEqual(store.verdict().lost, [5])
  })
})
