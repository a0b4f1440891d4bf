import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { type HeadwatchProcess, startHeadwatch } from './day/headwatch-process.ts'
import { freePort } from './peers/free-port.ts'
import { until } from './peers/until.ts'

/*
 * A plugin of each kind as its author ships it: packed, installed in an empty folder beside a packed Headwatch, named in a
 * configuration, run in the program and in workers.
 */

const folder = mkdtempSync(join(tmpdir(), 'headwatch-packed-'))
const example = 'node_modules/headwatch-plugin-example'

before(() => {
  run(process.execPath, ['scripts/build.ts'], process.cwd())
  const packages = ['dist/protocol', 'dist/sdk', 'dist/headwatch', 'examples/headwatch-plugin-example']
  // This repository switches scripts off; the author of a plugin packs with them, and `prepack` compiles.
  const pack = ['pack', '--ignore-scripts=false', '--loglevel=error', '--pack-destination', folder]
  for (const path of packages) run('npm', pack, resolve(path))
  const tarballs = readdirSync(folder).map((name) => `./${name}`)
  assert.equal(tarballs.length, packages.length)
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  run(
    'npm',
    ['install', '--loglevel=error', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', ...tarballs],
    folder,
  )
})

after(() => rmSync(folder, { recursive: true, force: true }))

test('the installed plugins import the sdk, zod and Node, and nothing else', () => {
  const files = globSync(`${example}/dist/**/*.js`, { cwd: folder })
  assert.ok(files.length >= 5)
  const imported = files.flatMap((file) => {
    const found = readFileSync(join(folder, file), 'utf8').matchAll(/(?:from|import)\s*\(?'([^']+)'/g)
    return [...found].map(([, specifier]) => specifier ?? '')
  })
  const strangers = imported.filter((name) => !/^(\.|node:|zod$|@headwatch\/sdk$)/.test(name))
  assert.deepEqual(strangers, [])
})

for (const runIn of ['process', 'worker'] as const) {
  describe(`five plugins, run in ${runIn}`, () => {
    test('collect, receive, label, export and store', async () => {
      await using beacon = await beaconNode()
      await using sink = await lineSink()
      const [page, lines] = [await freePort(), await freePort()]
      writeFileSync(join(folder, 'headwatch.yaml'), configuration({ runIn, page, lines, beacon, sink }))
      await using server = await startInstalled()

      assert.equal(
        await until('the receiver listens', () => answerOf(lines, '{"readings":{"temperature_celsius":41.5}}')),
        'ok',
      )
      const received = await until('a received line went all the way', () => sink.find('temperature_celsius'))
      assert.deepEqual([received.readings, received.labels], [{ temperature_celsius: 41.5 }, { site: 'frankfurt' }])
      const collected = await until('a round of the collector went all the way', () =>
        sink.find('beacon_peers_connected_count'),
      )
      assert.equal(collected.labels?.site, 'frankfurt')
      const stored = await until('both are stored', async () => {
        const metrics = await (await fetch(`http://127.0.0.1:${page}/metrics`)).text()
        const count = /^headwatch_stored_total\{.*memory_store.*\} (\d+)$/m.exec(metrics)?.[1]
        return Number(count) >= 2 && metrics
      })
      assert.doesNotMatch(stored, /^headwatch_plugin_faults_total\{.*\} [1-9]/m)

      const threads = readdirSync(`/proc/${server.pid}/task`).map((id) => threadName(server.pid, id))
      const ofPlugins = threads.filter((name) => /beaconPeers|jsonLines|labelAdder|memoryStore/.test(name))
      assert.equal(ofPlugins.length, runIn === 'worker' ? 5 : 0, threads.join(', '))
      assert.equal(await server.terminate(), 0)
    })
  })
}

test('a worker that dies is started again, and the server notices nothing else', async () => {
  await using beacon = await beaconNode()
  await using sink = await lineSink()
  const [page, lines] = [await freePort(), await freePort()]
  const crashing = `
    const schema = { '~standard': { version: 1, vendor: 'none', validate: (value) => ({ value }) } }
    export const crashing = { kind: 'collector', name: 'crashing', summary: 'Ends its thread.', stability: 'experimental',
      config: schema, create: () => ({ async *collect() { process.exit(7) } }) }`
  writeFileSync(join(folder, 'crashing.mjs'), crashing)
  const yaml = configuration({ runIn: 'worker', page, lines, beacon, sink })
    .replace('plugins: [', 'plugins: [./crashing.mjs, ')
    .replace('collectors:', 'collectors:\n  crashing: { runIn: worker, everyMs: 100 }')
    .replace('from: [', 'from: [crashing, ')
  writeFileSync(join(folder, 'headwatch.yaml'), yaml)
  await using server = await startInstalled()
  await until('it has died twice', async () => {
    const metrics = await (await fetch(`http://127.0.0.1:${page}/metrics`)).text()
    return Number(/^headwatch_plugin_faults_total\{.*crashing.*\} (\d+)$/m.exec(metrics)?.[1]) >= 2
  })
  assert.equal(await until('the others work', () => answerOf(lines, '{"readings":{"a_count":1}}')), 'ok')
  assert.equal(await server.terminate(), 0)
})

function run(program: string, args: readonly string[], cwd: string): void {
  execFileSync(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
}

function startInstalled(): Promise<HeadwatchProcess> {
  return startHeadwatch({
    program: join(folder, 'node_modules/headwatch/headwatch.js'),
    args: ['server', '--config', join(folder, 'headwatch.yaml')],
    environment: {},
    saysReady: /^Headwatch server: page on/,
  })
}

interface Wiring {
  readonly runIn: 'process' | 'worker'
  readonly page: number
  readonly lines: number
  readonly beacon: { readonly url: string }
  readonly sink: { readonly url: string }
}

function configuration({ runIn, page, lines, beacon, sink }: Wiring): string {
  return `plugins: [headwatch-plugin-example]
self: { agent: packed }
collectors:
  beacon_peers: { endpoint: '${beacon.url}', everyMs: 200, runIn: ${runIn} }
receivers:
  json_lines: { listen: '127.0.0.1:${lines}', runIn: ${runIn} }
processors:
  label_adder: { labels: { site: frankfurt }, runIn: ${runIn} }
exporters:
  json_lines: { endpoint: '${sink.url}', retention: acked, runIn: ${runIn} }
stores:
  memory_store: { runIn: ${runIn} }
pipelines:
  main: { from: [beacon_peers, json_lines], through: [label_adder], to: [json_lines, memory_store] }
server: { listen: '127.0.0.1:${page}' }
access: { bindingsFile: ${join(folder, 'agents.json')} }
`
}

async function beaconNode() {
  const counts = '{"data":{"disconnected":"7","connecting":"1","connected":"51","disconnecting":"0"}}'
  return httpServer(async () => counts)
}

interface Line {
  readonly readings?: Readonly<Record<string, number>>
  readonly labels?: Readonly<Record<string, string>>
}

/** Takes lines of JSON by POST. */
async function lineSink() {
  const lines: Line[] = []
  const server = await httpServer(async (body) => {
    lines.push(
      ...body
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line)),
    )
    return ''
  })
  return Object.assign(server, {
    find: (reading: string) => lines.find((line) => line.readings?.[reading] !== undefined),
  })
}

async function httpServer(answer: (body: string) => Promise<string>) {
  const server = createServer((request, response) => {
    void text(request).then(async (body) => response.end(await answer(body)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const dispose = async () => {
    server.closeAllConnections()
    server.close()
  }
  return { url, [Symbol.asyncDispose]: dispose }
}

/** What the receiver answers to one line; undefined while nobody listens. */
async function answerOf(port: number, line: string): Promise<string | undefined> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    socket.write(`${line}\n`)
    for await (const answer of createInterface({ input: socket })) return answer
    return undefined
  } catch {
    return undefined
  } finally {
    socket.destroy()
  }
}

function threadName(pid: number, thread: string): string {
  try {
    return readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').trim()
  } catch {
    return ''
  }
}
