import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { defineCollector, defineExporter, defineStore, type Plugin } from '@headwatch/sdk'
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
  defineExporter({
    ...about,
    name: 'ethstats',
    config: z.object({ endpoint: z.string(), secret: z.string().default('') }),
  }),
  defineStore({ ...about, name: 'sqlite', config: z.object({ folder: z.string().default('./data') }) }),
] as readonly Plugin[]

const read = (text: string, environment: Record<string, string> = {}) =>
  readConfig({
    file: 'headwatch.yaml',
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

const complaints = async (text: string) => {
  const error = await read(text).then(
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
    ['a package that is not there', 'plugins: [nope]', /^headwatch\.yaml:1:\d+: plugins\.0: .* not installed$/],
    [
      'a variable that is not set',
      'exporters:\n  ethstats: { endpoint: "${NOPE}" }',
      /^headwatch\.yaml:2:15: exporters\.ethstats\.endpoint: .* NOPE$/,
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
    ),
  )
  await fc.assert(
    fc.asyncProperty(yaml, async (text) => {
      await read(text).catch((error: unknown) => assert.ok(error instanceof ConfigError, String(error)))
    }),
    { numRuns: 300 },
  )
})
