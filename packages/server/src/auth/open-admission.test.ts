import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Knock } from '@headwatch/sdk'
import { fakeLogger } from '@headwatch/sdk/testkit'
import { type AdmissionSettings, admissionSettings } from './config.ts'
import { openAdmission } from './open-admission.ts'
import type { ServerAdmission } from './server-admission.ts'
import { hashToken } from './token-hash.ts'

const far = '203.0.113.9'
let folder: string
let opened: ServerAdmission[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'admission-'))
})
afterEach(async () => {
  for (const admission of opened) await admission[Symbol.asyncDispose]()
  opened = []
  await rm(folder, { recursive: true, force: true })
})

async function open(settings: Partial<AdmissionSettings> = {}, logger = fakeLogger()): Promise<ServerAdmission> {
  const admission = await openAdmission({ ...admissionSettings.parse({}), ...settings }, logger, folder)
  opened.push(admission)
  return admission
}

const knock = (facts: Partial<Knock> = {}): Knock => ({
  agent: 'eu-1',
  credential: 'token-of-eu-1',
  address: far,
  protocol: 'native',
  ...facts,
})
const refused = (reason: string) => ({ admitted: false, reason })

describe('an agent with a token', () => {
  test('binds its name, which no other token gets then', async () => {
    const admission = await open()
    const verdict = admission.admit(knock())
    assert.deepEqual(verdict.admitted && verdict.principal, { role: 'agent', agent: 'eu-1' })
    assert.deepEqual(admission.admit(knock({ credential: 'another' })), refused('bad_credential'))
    if (verdict.admitted) verdict.leave()
    assert.deepEqual(admission.admit(knock({ credential: 'another' })), refused('bad_credential'))
  })

  test('is still bound after a restart, without its token on disk', async () => {
    const admission = await open()
    for (let index = 0; index < 20; index++) admission.admit(knock({ agent: `agent-${index}` }))
    await admission[Symbol.asyncDispose]()
    const file = join(folder, 'data/agents.json')
    assert.equal((await readFile(file, 'utf8')).includes('token-of-eu-1'), false)
    assert.equal((await stat(file)).mode & 0o077, 0)
    const later = await open()
    assert.deepEqual(later.admit(knock({ agent: 'agent-19', credential: 'another' })), refused('bad_credential'))
    assert.equal(later.admit(knock({ agent: 'agent-19' })).admitted, true)
  })

  test('comes in beside its own connection that nobody has noticed the end of, but not without end', async () => {
    const admission = await open()
    const admitted = Array.from({ length: 5 }, () => admission.admit(knock()))
    assert.deepEqual(
      admitted.map((verdict) => verdict.admitted),
      [true, true, true, true, false],
    )
    const [first] = admitted
    if (first?.admitted) {
      first.leave()
      first.leave()
    }
    assert.equal(admission.admit(knock()).admitted, true)
    assert.deepEqual(admission.admit(knock()), refused('too_many'))
  })

  test('without an entry is refused where only issued tokens count', async () => {
    await writeFile(join(folder, 'tokens.json'), JSON.stringify({ 'eu-1': hashToken('issued') }))
    const admission = await open({ tokensFile: 'tokens.json', unknownAgents: 'refuse' })
    assert.equal(admission.admit(knock({ credential: 'issued' })).admitted, true)
    assert.deepEqual(admission.admit(knock({ credential: 'other' })), refused('bad_credential'))
    assert.deepEqual(admission.admit(knock({ agent: 'eu-2' })), refused('bad_credential'))
  })

  test('that is empty gets in from this machine only', async () => {
    const admission = await open()
    assert.deepEqual(admission.admit(knock({ credential: '' })), refused('bad_credential'))
    assert.equal(admission.admit(knock({ credential: '', address: '127.0.0.1' })).admitted, true)
  })

  test('finds no place when too many names are bound', async () => {
    const admission = await open({ maxBoundAgents: 1 })
    assert.equal(admission.admit(knock()).admitted, true)
    assert.deepEqual(admission.admit(knock({ agent: 'eu-2' })), refused('too_many'))
  })
})

describe('a client with a shared secret', () => {
  const old = (facts: Partial<Knock> = {}) => knock({ protocol: 'ethstats', credential: 's3cr3t', ...facts })

  test('holds its name until its connection ends', async () => {
    const admission = await open({ sharedSecrets: ['other', 's3cr3t'] })
    const first = admission.admit(old())
    assert.deepEqual(admission.admit(old({ address: '198.51.100.1' })), {
      ...refused('name_taken'),
      retryAfterMs: 10_000,
    })
    assert.deepEqual(admission.admit(knock()), { ...refused('name_taken'), retryAfterMs: 10_000 })
    if (first.admitted) first.leave()
    assert.equal(admission.admit(old({ address: '198.51.100.1' })).admitted, true)
  })

  test('is refused with a wrong secret, and without any configured from elsewhere', async () => {
    const strict = await open({ sharedSecrets: ['s3cr3t'] })
    assert.deepEqual(strict.admit(old({ credential: 's3cr3' })), refused('bad_credential'))
    assert.deepEqual(strict.admit(old({ credential: '', address: '127.0.0.1' })), refused('bad_credential'))
    const unset = await open()
    assert.deepEqual(unset.admit(old()), refused('bad_credential'))
    assert.equal(unset.admit(old({ address: '::ffff:127.0.0.1' })).admitted, true)
  })

  test('never gets a name that belongs to a token', async () => {
    const admission = await open({ sharedSecrets: ['s3cr3t'] })
    const bound = admission.admit(knock())
    if (bound.admitted) bound.leave()
    assert.equal(admission.admit(old()).admitted, false)
  })
})

describe('the door', () => {
  test('is closed to banned names and addresses, reserved names and impossible ones', async () => {
    const admission = await open({ banned: ['bad', '192.0.2.1'], reservedNames: ['bootnode'] })
    assert.deepEqual(admission.admit(knock({ agent: 'bad' })), refused('banned'))
    assert.deepEqual(admission.admit(knock({ address: '192.0.2.1' })), refused('banned'))
    assert.deepEqual(admission.admit(knock({ agent: 'bootnode' })), refused('reserved'))
    for (const agent of ['', 'a'.repeat(129), 'a\nb'])
      assert.deepEqual(admission.admit(knock({ agent })), refused('reserved'))
    assert.deepEqual(admission.admit(knock({ credential: 'x'.repeat(2000) })), refused('bad_credential'))
  })

  test('counts the places of an address, and frees them', async () => {
    const admission = await open({ maxConnectionsPerAddress: 2 })
    const verdicts = ['a', 'b', 'c'].map((agent) => admission.admit(knock({ agent })))
    assert.deepEqual(verdicts[2], refused('too_many'))
    if (verdicts[0]?.admitted) verdicts[0].leave()
    assert.equal(admission.admit(knock({ agent: 'c' })).admitted, true)
    for (let index = 0; index < 10; index++) {
      assert.equal(admission.admit(knock({ agent: `local-${index}`, address: '127.0.0.1' })).admitted, true)
    }
  })
})

describe('an operator', () => {
  test('is whoever has the token, or sits at this machine', async () => {
    await writeFile(join(folder, 'operator'), 'a-long-operator-token\nsecond line\n')
    const admission = await open({ operatorTokenFile: 'operator' })
    assert.deepEqual(admission.identify('a-long-operator-token', far), { role: 'operator', name: 'operator' })
    assert.deepEqual(admission.identify('a-long-operator-tokem', far), { role: 'viewer' })
    assert.deepEqual(admission.identify('wrong', '127.0.0.1'), { role: 'viewer' })
    assert.deepEqual(admission.identify(undefined, far), { role: 'viewer' })
    assert.deepEqual(admission.identify(undefined, '::1'), { role: 'operator', name: 'local operator' })
  })

  test('is nobody at this machine where that is switched off', async () => {
    const admission = await open({ loopback: 'viewer' })
    assert.deepEqual(admission.identify(undefined, '127.0.0.1'), { role: 'viewer' })
  })

  test('may act, where a viewer may only read and an agent only send', async () => {
    const admission = await open()
    const may = (role: 'operator' | 'viewer' | 'agent') => {
      const principal = { operator: { role, name: 'x' }, viewer: { role }, agent: { role, agent: 'x' } }[role]
      const actions = ['read', 'read_addresses', 'acknowledge_alarm', 'shelve_alarm', 'manage_tokens', 'send'] as const
      return actions.filter((action) => admission.mayDo(principal as never, action))
    }
    assert.deepEqual(may('viewer'), ['read'])
    assert.deepEqual(may('agent'), ['send'])
    assert.deepEqual(may('operator'), ['read', 'read_addresses', 'acknowledge_alarm', 'shelve_alarm', 'manage_tokens'])
  })
})

describe('files', () => {
  for (const content of ['not json', '[]', 'null', '{"eu-1":"plain-token"}', '{"eu-1":7}']) {
    test(`that hold ${content} are refused in one sentence without their secrets`, async () => {
      await writeFile(join(folder, 'tokens.json'), content)
      await assert.rejects(open({ tokensFile: 'tokens.json' }), (error: Error) => {
        assert.equal(error.name, 'RejectedError')
        assert.match(error.message, /tokens\.json/)
        return !error.message.includes('plain-token')
      })
    })
  }

  test('that are named and missing are refused', async () => {
    await assert.rejects(open({ tokensFile: 'none.json' }), /none\.json: cannot be read \(ENOENT\)/)
    await assert.rejects(open({ operatorTokenFile: 'none' }), /none: cannot be read \(ENOENT\)/)
  })

  test('that cannot be written cost the binding, not the agent, and are reported without secrets', async () => {
    await mkdir(join(folder, 'data/agents.json.new'), { recursive: true })
    const logger = fakeLogger()
    const admission = await open({}, logger)
    assert.equal(admission.admit(knock()).admitted, true)
    await admission[Symbol.asyncDispose]()
    assert.equal(logger.lines.length, 1)
    assert.equal(JSON.stringify(logger.lines).includes('token-of-eu-1'), false)
  })
})
