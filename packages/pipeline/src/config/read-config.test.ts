import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { defineCollector, defineExporter, defineReceiver, defineStore, type Plugin } from '@headwatch/sdk'
import fc from 'fast-check'
import { z } from 'zod'
import { ConfigError } from './config-problem.ts'
import { PluginCatalog } from './plugin-catalog.ts'
import { readConfig } from './read-config.ts'

const about = {
  summary: 'For tests.',
  stability: 'stable' as const,
  create: () => assert.fail('nothing is made while reading'),
}
const plugins = [
  defineCollector({
    ...about,
    name: 'ethereum',
    config: z.object({ endpoint: z.url(), timeoutMs: z.int().default(4_000) }),
  }),
  defineCollector({ ...about, name: 'host', config: z.object({}) }),
  defineReceiver({ ...about, name: 'listening', config: z.object({}) }),
  defineExporter({
    ...about,
    name: 'ethstats',
    config: z.object({
      endpoint: z.string(),
      secret: z.string().default(''),
      tls: z.object({ caFile: z.string().optional() }).prefault({}),
    }),
    create: () => ({ export: async () => undefined }),
  }),
  defineExporter({
    ...about,
    name: 'acknowledging',
    config: z.object({}),
    create: () => ({ acknowledges: true, export: async () => undefined }),
  }),
  defineExporter({ ...about, name: 'greedy', config: z.strictObject({ retention: z.string().optional() }) }),
  defineStore({ ...about, name: 'sqlite', config: z.object({ folder: z.string().default('./data') }) }),
] as readonly Plugin[]

const read = (text: string, environment: Record<string, string> = {}, file = 'headwatch.yaml') =>
  readConfig({
    file,
    text,
    environment,
    catalog: new PluginCatalog(
      plugins.map((plugin) => ({ kind: plugin.kind, name: plugin.name, load: async () => plugin })),
    ),
    loadPackage: async (name) => {
      throw new Error(`the package "${name}" is not installed`)
    },
    sections: { server: z.object({ listen: z.string().default('127.0.0.1:3000') }) },
  })

const complaints = async (text: string, environment: Record<string, string> = {}) => {
  const error = await read(text, environment).then(
    () => assert.fail('it was read without complaint'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof ConfigError, String(error))
  return error.message.split('\n')
}

describe('a configuration', () => {
  test('becomes a plan, with defaults filled in and host keys apart from the plugin’s', async () => {
    const text = `
self: { agent: eu-1 }
collectors:
  ethereum: { endpoint: 'http://127.0.0.1:8545', everyMs: 2000 }
  ethereum/second: { endpoint: 'http://127.0.0.1:8547', node: eu-1b }
exporters:
  ethstats: { endpoint: 'ws://127.0.0.1:3000', secret: '\${SECRET}' }
`
    const { plan, sections } = await read(text, { SECRET: 'hunter2' })
    assert.deepEqual(plan.self, { agent: 'eu-1', node: 'eu-1' })
    assert.deepEqual(
      plan.collectors.map(({ name, config, settings }) => [name, config, settings.everyMs, settings.node]),
      [
        ['ethereum', { endpoint: 'http://127.0.0.1:8545', timeoutMs: 4_000 }, 2_000, undefined],
        ['ethereum/second', { endpoint: 'http://127.0.0.1:8547', timeoutMs: 4_000 }, 5_000, 'eu-1b'],
      ],
    )
    assert.partialDeepStrictEqual(plan.exporters, [{ config: { secret: 'hunter2' } }])
    assert.partialDeepStrictEqual(plan.pipelines, [
      { from: ['ethereum', 'ethereum/second'], to: ['ethstats'], acknowledge: 'memory' },
    ])
    assert.equal(sections.server.listen, '127.0.0.1:3000')
  })

  test('promises as much as a pipeline can keep where it says nothing', async () => {
    const text = `
collectors: { host: }
receivers: { listening: }
exporters: { ethstats: { endpoint: x } }
stores: { sqlite: }
pipelines:
  a: { from: [host], to: [ethstats] }
  b: { from: [listening], to: [ethstats, sqlite] }
  c: { from: [listening], to: [ethstats] }
  d: { from: [listening], to: [ethstats], queue: { keep: memory } }
`
    const { plan } = await read(text)
    assert.deepEqual(
      plan.pipelines.map(({ acknowledge }) => acknowledge),
      ['memory', 'stored', 'disk', 'memory'],
    )
  })

  test('that is empty runs nothing', async () => {
    assert.deepEqual((await read('')).plan.pipelines, [])
  })
})

describe('a mistake is told with its line', () => {
  const cases: [string, string, RegExp][] = [
    ['broken YAML', 'collectors:\n  host: {\n', /^headwatch\.yaml:\d+:\d+: /],
    ['an unknown section', 'colectors: {}', /^headwatch\.yaml:1:1: colectors: .* did you mean "collectors"\?$/],
    [
      'an unknown plugin',
      'collectors:\n  etherum: {}',
      /^headwatch\.yaml:2:3: collectors\.etherum: .* did you mean "ethereum"\?$/,
    ],
    [
      'an unknown key',
      'collectors:\n  ethereum:\n    endpoint: http://x\n    timeoutms: 5',
      /^headwatch\.yaml:4:5: collectors\.ethereum\.timeoutms: .* did you mean "timeoutMs"\?$/,
    ],
    [
      'a bad value',
      'collectors:\n  ethereum: { endpoint: nowhere }',
      /^headwatch\.yaml:2:15: collectors\.ethereum\.endpoint: /,
    ],
    ['a missing value', 'collectors:\n  ethereum: {}', /^headwatch\.yaml:2:3: collectors\.ethereum\.endpoint: /],
    ['a bad host key', 'collectors:\n  host: { everyMs: 1 }', /^headwatch\.yaml:2:11: collectors\.host\.everyMs: /],
    ['a section that is a list', 'collectors: [host]', /^headwatch\.yaml:1:1: collectors: must be a map/],
    [
      'a pipeline from nowhere',
      'collectors: { host: }\nexporters: { ethstats: { endpoint: x } }\npipelines:\n  a: { from: [hots], to: [ethstats], acknowledge: memory }',
      /^headwatch\.yaml:4:\d+: pipelines\.a\.from\.0: .* did you mean "host"\?$/,
    ],
    [
      'a promise that cannot be kept',
      'collectors: { host: }\nexporters: { ethstats: { endpoint: x } }\npipelines:\n  a: { from: [host], to: [ethstats], acknowledge: stored }',
      /^headwatch\.yaml:4:\d+: pipelines\.a\.acknowledge: .* cannot promise/,
    ],
    [
      'what no pipeline uses',
      'collectors: { host: }\nstores: { sqlite: }\nexporters: { ethstats: { endpoint: x } }\npipelines:\n  a: { from: [host], to: [sqlite] }',
      /^headwatch\.yaml:3:14: exporters\.ethstats: is in no pipeline/,
    ],
    [
      'data on disk in a queue that is in memory',
      'collectors: { host: }\nexporters: { ethstats: { endpoint: x } }\npipelines:\n  a: { from: [host], to: [ethstats], acknowledge: disk, queue: { keep: memory } }',
      /^headwatch\.yaml:4:\d+: pipelines\.a\.acknowledge: a queue in memory cannot promise .*keep: disk/,
    ],
    [
      'a queue on disk that holds nothing',
      'collectors: { host: }\nexporters: { ethstats: { endpoint: x } }\npipelines:\n  a: { from: [host], to: [ethstats], queue: { bytes: 2048 } }',
      /^headwatch\.yaml:4:\d+: pipelines\.a\.queue\.bytes: a queue on disk needs room for 65536 bytes; /,
    ],
    [
      'keeping more than the queue holds',
      'collectors: { host: }\nexporters: { ethstats: { endpoint: x, retention: wrap, wrapBytes: 100000000 } }',
      /^headwatch\.yaml:2:\d+: exporters\.ethstats\.wrapBytes: 100000000 bytes cannot be kept .* "main", which holds 67108864; /,
    ],
    ['a package that is not there', 'plugins: [nope]', /^headwatch\.yaml:1:\d+: plugins\.0: .* not installed$/],
    [
      'a variable that is not set',
      `exporters:\n  ethstats: { endpoint: "\${NOPE}" }`,
      /^headwatch\.yaml:2:15: exporters\.ethstats\.endpoint: .* NOPE$/,
    ],
    [
      'an unknown key further down',
      'exporters:\n  ethstats:\n    endpoint: x\n    tls:\n      cafile: y',
      /^headwatch\.yaml:5:7: exporters\.ethstats\.tls\.cafile: .* did you mean "caFile"\?$/,
    ],
    [
      'a worker for a plugin of the program',
      'collectors: { host: { runIn: worker } }',
      /^headwatch\.yaml:1:23: collectors\.host\.runIn: .* comes with the program/,
    ],
    [
      'keeping until acknowledged where nobody acknowledges',
      'exporters: { ethstats: { endpoint: x, retention: acked } }',
      /^headwatch\.yaml:1:39: exporters\.ethstats\.retention: .* never told/,
    ],
    ['a key that is claimed twice', 'exporters: { greedy: }', /exporters\.greedy: .* is the host's$/],
    ['a tag of another program', 'self: { agent: !php x }', /^headwatch\.yaml:1:16: .*!php/],
    [
      'a secret file that is not there',
      `exporters: { ethstats: { endpoint: "\${file:nope}" } }`,
      /nope cannot be read/,
    ],
  ]
  for (const [what, text, expected] of cases) {
    test(`${what}`, async () => assert.match((await complaints(text))[0] ?? '', expected))
  }

  test('all of them at once', async () => {
    assert.equal(
      (await complaints('collectors:\n  ethereum: { endpoint: nowhere }\n  hots: {}\nexporters: { ethstats: {} }'))
        .length,
      3,
    )
  })
})

describe('the environment', () => {
  const text = 'collectors: { ethereum: { endpoint: http://x, everyMs: 1000 }, ethereum/b: { endpoint: http://y } }'

  test('puts values in the place of the file’s, numbers as numbers and text as text', async () => {
    const { plan, sections } = await read(text, {
      HEADWATCH_COLLECTORS__ETHEREUM__EVERY_MS: '2500',
      HEADWATCH_COLLECTORS__ETHEREUMB__ENDPOINT: 'http://z',
      HEADWATCH_EXPORTERS__ETHSTATS__ENDPOINT: 'ws://s',
      HEADWATCH_EXPORTERS__ETHSTATS__SECRET: '0123',
      HEADWATCH_SERVER__LISTEN: '[::1]:1',
      HEADWATCH_RPC: 'not a key',
      OTHER__THING: 'x',
    })
    assert.partialDeepStrictEqual(plan.collectors, [
      { settings: { everyMs: 2_500 } },
      { name: 'ethereum/b', config: { endpoint: 'http://z' } },
    ])
    assert.partialDeepStrictEqual(plan.exporters, [{ config: { endpoint: 'ws://s', secret: '0123' } }])
    assert.equal(sections.server.listen, '[::1]:1')
  })

  test('is blamed by the name of its variable', async () => {
    assert.deepEqual(await complaints(text, { HEADWATCH_COLLECTORS__ETHEREUM__TIMEOUT_MS: 'soon' }), [
      'HEADWATCH_COLLECTORS__ETHEREUM__TIMEOUT_MS: collectors.ethereum.timeoutMs: Invalid input: expected number, received string',
    ])
    const [unknown] = await complaints(text, { HEADWATCH_COLECTORS__ETHEREUM__TIMEOUT_MS: '1' })
    assert.match(unknown ?? '', /^HEADWATCH_COLECTORS__.*: .* did you mean "collectors"\?$/)
    const [noKey] = await complaints(text, { HEADWATCH_COLLECTORS__ETHEREUM__TIMEOUT: '1' })
    assert.match(noKey ?? '', /"collectors\.ethereum" has no key "TIMEOUT"; did you mean "timeoutMs"\?$/)
  })
})

test('a secret comes from a file beside the configuration, without its last line break', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-config-'))
  try {
    writeFileSync(join(folder, 'secret.txt'), 'hunter2\n')
    const text = `exporters: { ethstats: { endpoint: x, secret: "\${file:secret.txt}" } }`
    const { plan } = await read(text, {}, join(folder, 'headwatch.yaml'))
    assert.partialDeepStrictEqual(plan.exporters, [{ config: { secret: 'hunter2' } }])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('an exporter that acknowledges may keep what it sends until then', async () => {
  const { plan } = await read('exporters: { acknowledging: { retention: acked } }')
  assert.partialDeepStrictEqual(plan.exporters, [{ settings: { retention: 'acked' } }])
})

test('reading never throws anything but complaints', async () => {
  const yaml = fc.oneof(
    fc.string(),
    fc.json(),
    fc.constantFrom(
      'a: &a [*a]',
      '? {}',
      '!!binary x',
      '- - - -',
      'self: !!js/function x',
      '"\\u0000": 1',
      '__proto__: { a: 1 }',
      '['.repeat(5_000),
      'collectors: { constructor: {}, __proto__: {} }',
      'self: { __proto__: x, toString: 1 }',
      `exporters: { ethstats: { endpoint: "\${file:/}" , tls: [] } }`,
    ),
  )
  await fc.assert(
    fc.asyncProperty(yaml, async (text) => {
      await read(text).catch((error: unknown) => assert.ok(error instanceof ConfigError, String(error)))
    }),
    { numRuns: 300 },
  )
})
