import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { loadPackage, locationOf } from './load-package.ts'

const schema = `{ '~standard': { version: 1, vendor: 'by hand', validate: (value) => ({ value }) } }`
const plugin = (kind: string, name: string) =>
  `{ kind: '${kind}', name: '${name}', summary: 'For tests.', stability: 'beta', config: ${schema}, create: () => ({}) }`

/** A folder with a package `plug` in it, whose manifest and module are given. */
function folderWith(module: string, manifest: object = { exports: './index.js' }) {
  const path = mkdtempSync(join(tmpdir(), 'headwatch-loader-'))
  const home = join(path, 'node_modules', 'plug')
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'plug', type: 'module', ...manifest }))
  writeFileSync(join(home, 'index.js'), module)
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

describe('a package named in a configuration', () => {
  test('brings every plugin it exports by name, and nothing else', async () => {
    const module = `export const a = ${plugin('collector', 'alpha')}
      export const b = ${plugin('store', 'beta')}
      export const again = a
      export const notOne = { kind: 'collector', name: 'x' }
      export const sixth = ${plugin('sixth', 'y')}
      export default ${plugin('exporter', 'nameless')}`
    using folder = folderWith(module)
    const sources = await loadPackage('plug', folder.path)
    assert.deepEqual(sources.map(({ kind, name }) => [kind, name]).sort(), [
      ['collector', 'alpha'],
      ['exporter', 'nameless'],
      ['store', 'beta'],
    ])
    const loaded = await Promise.all(sources.map(({ load }) => load()))
    for (const one of loaded) assert.ok(locationOf(one)?.module.endsWith('/node_modules/plug/index.js'))
  })

  test('is found whatever conditions its exports are under', async () => {
    for (const exports of [{ '.': { import: './index.js' } }, { node: './index.js' }, './index.js']) {
      using folder = folderWith(`export const a = ${plugin('collector', 'alpha')}`, { exports })
      assert.equal((await loadPackage('plug', folder.path)).length, 1)
    }
  })

  test('may be a file beside the configuration', async () => {
    using folder = folderWith('')
    writeFileSync(join(folder.path, 'mine.mjs'), `export const a = ${plugin('processor', 'mine')}`)
    assert.deepEqual(
      (await loadPackage('./mine.mjs', folder.path)).map(({ name }) => name),
      ['mine'],
    )
  })
})

describe('a package that brings nothing is refused with a sentence', () => {
  const cases: [string, string, object | undefined, RegExp][] = [
    ['without a plugin', 'export const a = 1', undefined, /^the package "plug" exports no Headwatch plugin$/],
    ['that throws', 'throw new Error("no luck")', undefined, /^the package "plug" cannot be loaded: no luck$/],
    ['with a broken module', 'export const', undefined, /^the package "plug" cannot be loaded: /],
    ['without a front door', '', { exports: { './other': './index.js' } }, /^the package "plug" cannot be found: /],
  ]
  for (const [what, module, manifest, message] of cases) {
    test(what, async () => {
      using folder = folderWith(module, manifest)
      await assert.rejects(loadPackage('plug', folder.path), { message })
    })
  }

  test('that is not installed', async () => {
    using folder = folderWith('')
    await assert.rejects(loadPackage('plugg', folder.path), {
      message: `the package "plugg" is not installed beside the configuration; run "npm install plugg" in ${folder.path}`,
    })
  })

  for (const name of ['', '../../etc', 'node:fs', 'http://x/y', '\0', '%2e%2e%2f']) {
    test(`named ${JSON.stringify(name)}`, async () => {
      using folder = folderWith('')
      await assert.rejects(loadPackage(name, folder.path), /^Error: the package ".*" (is not|cannot|exports no)/s)
    })
  }
})
