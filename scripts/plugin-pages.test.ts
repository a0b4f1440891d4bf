import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PluginCatalog, readConfig } from '@headwatch/pipeline'
import { configJsonSchema, jsonSchemaOf, keyTable, sampleYaml } from '@headwatch/pipeline/describe'
import { ownPlugins } from './generators/own-plugins.ts'

const folders = await ownPlugins()
const plugins = folders.flatMap((folder) => folder.plugins)

/** Reads a sample as a program would. @throws {ConfigError} */
const read = (text: string) =>
  readConfig({
    file: 'sample.yaml',
    text,
    environment: {},
    catalog: new PluginCatalog(plugins.map((plugin) => ({ ...plugin, load: async () => plugin }))),
    loadPackage: async () => [],
    sections: {},
  })

test('every folder with a front door brings a plugin', () => {
  assert.ok(folders.length >= 5)
  assert.deepEqual(
    folders.filter((folder) => folder.plugins.length === 0).map(({ name }) => name),
    [],
  )
})

for (const { name, plugins: own } of folders) {
  const sample = sampleYaml(own)
  const everything = sample.replaceAll(/^( *)# /gm, '$1')
  describe(`the sample of ${name}`, () => {
    test('is a valid configuration as it is', async () => void (await read(sample)))

    test('is a valid configuration with every key written', async () => {
      assert.notEqual(everything, sample)
      await read(everything)
    })

    test('has every key of its plugins, and so has their table', () => {
      for (const plugin of own) {
        const shape = jsonSchemaOf(plugin.config)
        for (const key of Object.keys(shape?.properties ?? {})) {
          assert.match(everything, new RegExp(`^ +${key}:`, 'm'))
          assert.ok(keyTable(shape ?? {}).includes(`| \`${key}\` |`))
        }
      }
    })
  })
}

test('every key of every plugin says what it is', () => {
  const silent = plugins.flatMap(({ kind, name, config }) =>
    Object.entries(jsonSchemaOf(config)?.properties ?? {})
      .filter(([, { description = '' }]) => description.length < 8)
      .map(([key]) => `${kind} ${name}: ${key}`),
  )
  assert.deepEqual(silent, [])
})

test('the JSON Schema names every plugin in the section of its kind', () => {
  const schema = JSON.parse(JSON.stringify(configJsonSchema(plugins, {})))
  for (const { kind, name } of plugins) {
    assert.ok(schema.properties[`${kind}s`].properties[name], `${kind} ${name}`)
    assert.equal(schema.$defs[`${kind}.${name}`].additionalProperties, false)
  }
})
