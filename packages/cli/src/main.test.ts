import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { outcomeOf, runProgram } from './testkit/run-program.ts'

/** A folder that holds `files`. */
function folderWith(files: Readonly<Record<string, string>> = {}) {
  const path = mkdtempSync(join(tmpdir(), 'headwatch-cli-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** A port of 127.0.0.1 that is taken, by a server that takes connections and never says anything. */
async function silentServer() {
  const server = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, [Symbol.dispose]: () => void server.close() }
}

/** One that gets as far as its queue. */
const anAgent = ['agent', '--server', 'ws://127.0.0.1:9']

describe('help', { concurrency: 3 }, () => {
  test('of the program names every command and where to begin', async () => {
    const { code, out } = await outcomeOf(['--help'])
    assert.equal(code, 0)
    for (const word of ['up', 'server', 'agent', 'check-config', 'queue', 'First look'])
      assert.match(out, new RegExp(word))
  })

  for (const command of ['up', 'server', 'agent', 'check-config', 'queue']) {
    test(`of ${command} has an example and no secret flag`, async () => {
      const { code, out } = await outcomeOf([command, '--help'])
      assert.equal(code, 0)
      assert.match(out, new RegExp(`Example:\n.*headwatch ${command} `))
      assert.doesNotMatch(out, /--secret /)
      if (!/check-config|queue/.test(command)) assert.match(out, /env: HEADWATCH_/)
    })
  }

  test('is what no command at all comes to, as a mistake', async () => {
    const { code, err } = await outcomeOf([])
    assert.equal(code, 2)
    assert.match(err, /Usage: headwatch/)
  })

  test('has a version beside it', async () => {
    assert.match((await outcomeOf(['--version'])).out, /^\d+\.\d+\.\d+\n$/)
  })
})

describe('a mistake is answered with one sentence and exit code 2:', { concurrency: 3 }, () => {
  const cases: [string, string[], RegExp, Record<string, string>?][] = [
    ['an unknown command', ['pu'], /unknown command 'pu'.*\n.*Did you mean up\?/],
    ['an unknown flag', ['up', '--rcp', 'x'], /unknown option '--rcp'.*\n.*Did you mean --rpc\?/],
    ['a flag without its value', ['up', '--rpc'], /'--rpc <url>' argument missing/],
    ['an agent without a server', ['agent'], /^say where to report to, with --server/],
    ['a node that has no address', ['up', '--rpc', 'here'], /^--rpc: collectors\.ethereum\.endpoint: Invalid URL$/],
    ['a node at another protocol', ['up', '--rpc', 'ftp://x'], /^--rpc: collectors\.ethereum\.endpoint: Invalid URL$/],
    ['a bad server', ['agent', '--server', 'x'], /^--server: exporters\.native\.endpoint: .*ws:\/\/host/],
    ['a bad ethstats server', ['agent', '--ethstats', 'x'], /^--ethstats: exporters\.ethstats\.endpoint: Invalid URL/],
    [
      'a bad variable',
      ['agent', '--server', 'ws://127.0.0.1:1'],
      /^HEADWATCH_RPC: collectors\.ethereum\.endpoint: /,
      { HEADWATCH_RPC: 'nowhere' },
    ],
    ['an empty name', ['up', '--name', ''], /^--name: self\.agent: /],
    ['a bad address to listen on', ['server', '--listen', '3000'], /^--listen: server\.listen: must be host:port/],
    [
      'a secret on the command line',
      ['agent', '--secret', 'hunter2'],
      /^a secret on the command line .* --secret-file/,
    ],
    [
      'a server elsewhere and no token',
      ['agent', '--server', 'https://stats.example'],
      /exporters\.native\.token: is needed .*HEADWATCH_TOKEN or --token-file$/,
    ],
    ['a token on the command line', ['agent', '--token', 'hunter2'], /^a token on the command line .* --token-file/],
    [
      'a secret file that is missing',
      ['agent', '--ethstats', 'ws://x', '--secret-file', 'nope'],
      /^cannot read nope: there is no such file$/,
    ],
    ['an empty secret file', ['agent', '--server', 'ws://x', '--token-file', 'empty'], /^empty is empty/],
    ['a missing file', ['agent', '--config', 'nope.yaml'], /^cannot read nope\.yaml: there is no such file$/],
    ['a folder for a file', ['check-config', '.'], /^cannot read \.: it is a folder$/],
    [
      'a bad line',
      ['check-config', 'bad.yaml'],
      /^bad\.yaml:3:5: collectors\.ethereum\.endpont: .* did you mean "endpoint"\?$/,
    ],
    ['broken YAML', ['check-config', 'broken.yaml'], /^broken\.yaml:2:1: /],
    ['history below a file', ['server', '--listen', '127.0.0.1:0', '--data', 'empty/data'], /empty\/data/],
    [
      'history where nobody can write',
      ['server', '--listen', '127.0.0.1:0', '--data', '/sys/headwatch'],
      /\/sys\/headwatch/,
    ],
    ['a queue below a file', [...anAgent, '--data', 'empty/data'], /empty\/data.* program\.folder/],
    ['a queue where nobody can write', [...anAgent, '--data', '/sys/headwatch'], /\/sys\/headwatch.* program\.folder/],
    [
      'a promise no queue keeps',
      ['check-config', 'promise.yaml'],
      /^promise\.yaml:3:\d+: pipelines\.main\.acknowledge: a queue in memory cannot promise that data is on disk/,
    ],
  ]
  for (const [what, args, message, environment = {}] of cases) {
    test(what, async () => {
      using folder = folderWith({
        'promise.yaml':
          'collectors: { host: }\nexporters: { native: }\npipelines: { main: { from: [host], to: [native], acknowledge: disk, queue: { keep: memory } } }\n',
        'bad.yaml': 'collectors:\n  ethereum:\n    endpont: http://x\n',
        'broken.yaml': 'collectors: {\n',
        empty: '',
      })
      const { code, out, err } = await outcomeOf(args, { environment, folder: folder.path })
      const sentence = err.replace(/\n?Run it with --help.*\n/, '').trim()
      assert.match(sentence, message)
      assert.deepEqual({ code, out }, { code: 2, out: '' })
      assert.doesNotMatch(err, /\n {4}at |hunter2/)
    })
  }

  test('a port that is taken', async () => {
    using folder = folderWith()
    using taken = await silentServer()
    const { code, err } = await outcomeOf(['up', '--listen', `127.0.0.1:${taken.port}`], { folder: folder.path })
    assert.equal(code, 2)
    const sentence = err.split('\n').find((line) => !line.startsWith('{'))
    assert.match(sentence ?? '', new RegExp(`127\\.0\\.0\\.1:${taken.port}: another program listens there`))
    assert.doesNotMatch(err, /\n {4}at /)
  })
})

describe('check-config', () => {
  test('says what a good file runs, and starts nothing', async () => {
    using folder = folderWith({
      'agent.yaml': 'collectors: { host: }\nexporters: { ethstats: { endpoint: "ws://127.0.0.1:1" } }\n',
    })
    const { code, out } = await outcomeOf(['check-config', 'agent.yaml'], { folder: folder.path })
    assert.equal(code, 0)
    assert.equal(out, 'agent.yaml is fine for an agent:\n  main: host → ethstats\n')
  })
})

describe('a program at work', () => {
  test('says where the page is and that no node answers, and ends well on SIGTERM', async () => {
    using folder = folderWith()
    using node = await silentServer()
    const args = ['up', '--listen', '127.0.0.1:0', '--rpc', `http://127.0.0.1:${node.port}`, '--name', 'n1']
    await using up = runProgram(args, { folder: folder.path })
    const text = await up.says(/page on http:\/\/127\.0\.0\.1:\d+/)
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0]
    assert.equal((await fetch(`${url}/healthz`)).status, 200)
    await up.says(/no node answers there\. .*--rpc/)
    up.signal('SIGTERM')
    const { code, out } = await up.ended
    assert.match(out, /SIGTERM: stopping/)
    assert.equal(code, 0)
  })

  test('leaves what its server has not got on disk, and says how much', async () => {
    using folder = folderWith()
    writeFileSync(
      join(folder.path, 'agent.yaml'),
      `collectors: { host: { everyMs: 100 } }
exporters: { native: { endpoint: 'ws://127.0.0.1:9', retryFirstMs: 20 } }
program: { folder: kept, drainMs: 100 }`,
    )
    await using agent = runProgram(['agent', '--config', 'agent.yaml'], { folder: folder.path })
    await agent.says(/a destination does not take data/)
    agent.signal('SIGTERM')
    const { code, out } = await agent.ended
    assert.match(out, /Stopped; \d+ records? waits? on disk for the next start\.\n$/)
    assert.equal(code, 0)
    const inspected = await outcomeOf(['queue', 'inspect', 'kept', '--json'], { folder: folder.path })
    assert.equal(inspected.code, 0)
    assert.match(inspected.out, /"destination": "native"/)
  })

  test('ends at once on a second signal while it still has something to bring out', async () => {
    using folder = folderWith()
    using server = await silentServer()
    writeFileSync(
      join(folder.path, 'agent.yaml'),
      `collectors: { host: { everyMs: 100 } }
exporters: { ethstats: { endpoint: 'ws://127.0.0.1:${server.port}', connectTimeoutMs: 60000 } }
program: { drainMs: 60000 }`,
    )
    await using agent = runProgram(['agent', '--config', 'agent.yaml'], { folder: folder.path })
    await agent.says(/reads host, sends to ethstats/)
    agent.signal('SIGTERM')
    await agent.says(/SIGTERM: stopping/)
    agent.signal('SIGINT')
    assert.equal((await agent.ended).code, 1)
  })
})
