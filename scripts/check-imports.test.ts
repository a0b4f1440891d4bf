import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { findViolations } from './check-imports.ts'
import { ARROWS } from './imports/rules.ts'
import { readSourceFiles } from './imports/source-file.ts'

type Files = Readonly<Record<string, string>>

/** A repository in a temporary folder that holds just these files. */
function repositoryOf(files: Files): Disposable & { root: string } {
  const root = mkdtempSync(join(tmpdir(), 'headwatch-imports-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) }
}

function violationsOf(files: Files): readonly string[] {
  using repository = repositoryOf(files)
  return findViolations(readSourceFiles(repository.root))
}

const forbidden: readonly (readonly [name: string, files: Files, expected: readonly string[]])[] = [
  [
    'an import against the arrows',
    { 'packages/sdk/src/index.ts': "import { Queue } from '@headwatch/pipeline'" },
    ['packages/sdk/src/index.ts: sdk may not import @headwatch/pipeline'],
  ],
  [
    'a type-only import against the arrows',
    { 'packages/agent/src/index.ts': "import type { Server } from '@headwatch/server'" },
    ['packages/agent/src/index.ts: agent may not import @headwatch/server'],
  ],
  [
    'an import type inside an annotation',
    { 'packages/protocol/src/a.ts': "export type A = import('@headwatch/sdk').Plugin" },
    ['packages/protocol/src/a.ts: protocol may not import @headwatch/sdk'],
  ],
  [
    'a re-export against the arrows',
    { 'packages/simulator/src/index.ts': "export { x } from '@headwatch/plugins/native'" },
    ['packages/simulator/src/index.ts: simulator may not import @headwatch/plugins/native'],
  ],
  [
    'a dynamic import against the arrows',
    { 'packages/dashboard/src/app.tsx': "void import('@headwatch/sdk')" },
    ['packages/dashboard/src/app.tsx: dashboard may not import @headwatch/sdk'],
  ],
  [
    'an import against the arrows in a test',
    { 'packages/plugins/src/host/a.test.ts': "import { Queue } from '@headwatch/pipeline'" },
    ['packages/plugins/src/host/a.test.ts: plugins may not import @headwatch/pipeline'],
  ],
  [
    'a plugin that knows another by its path',
    {
      'packages/plugins/src/host/a.ts': "import { b } from '../sqlite/b.ts'",
      'packages/plugins/src/sqlite/b.ts': 'export const b = 1',
    },
    ['packages/plugins/src/host/a.ts: plugin host may not know plugin sqlite: ../sqlite/b.ts'],
  ],
  [
    'a plugin that knows another by its name',
    { 'packages/plugins/src/host/a.ts': "import { b } from '@headwatch/plugins/sqlite'" },
    ['packages/plugins/src/host/a.ts: plugin host may not know plugin sqlite: @headwatch/plugins/sqlite'],
  ],
  [
    'a relative reach into another package',
    {
      'packages/agent/src/a.ts': "import { b } from '../../pipeline/src/b.ts'",
      'packages/pipeline/src/b.ts': 'export const b = 1',
    },
    ['packages/agent/src/a.ts: reaches into another package by its path: ../../pipeline/src/b.ts'],
  ],
  [
    'a module of Node in code for browsers',
    { 'packages/protocol/src/a.ts': "import { Buffer } from 'node:buffer'" },
    ['packages/protocol/src/a.ts: protocol runs in a browser, which has no node:buffer'],
  ],
  [
    'an outside plugin that imports more than the sdk',
    { 'examples/x/index.ts': "import { Queue } from '@headwatch/pipeline'" },
    ['examples/x/index.ts: an outside plugin may import @headwatch/sdk only, not @headwatch/pipeline'],
  ],
  [
    'a testkit in shipped code',
    { 'packages/pipeline/src/a.ts': "import { fakeHost } from '@headwatch/sdk/testkit'" },
    ['packages/pipeline/src/a.ts: @headwatch/sdk/testkit is for tests'],
  ],
  [
    'a cycle of types',
    {
      'packages/sdk/src/a.ts': "import type { B } from './b.ts'\nexport type A = B",
      'packages/sdk/src/b.ts': "import type { A } from './a.ts'\nexport type B = A",
    },
    ['packages/sdk/src/a.ts: imports itself: packages/sdk/src/a.ts → packages/sdk/src/b.ts → packages/sdk/src/a.ts'],
  ],
  [
    'an import of a file that is not there',
    { 'packages/sdk/src/a.ts': "import './gone.ts'" },
    ['packages/sdk/src/a.ts: there is no file ./gone.ts'],
  ],
  [
    'a package without arrows',
    { 'packages/extra/src/a.ts': "import '@headwatch/sdk'" },
    ['packages/extra/src/a.ts: package extra has no arrows in scripts/imports/rules.ts'],
  ],
]

describe('the import fences report', () => {
  for (const [name, files, expected] of forbidden) {
    test(name, () => assert.deepEqual(violationsOf(files), expected))
  }
})

const permitted: readonly (readonly [name: string, files: Files])[] = [
  ['an import along an arrow', { 'packages/agent/src/a.ts': "import '@headwatch/plugins/native'" }],
  ['a testkit in a test', { 'packages/simulator/src/a.test.ts': "import '@headwatch/sdk/testkit'" }],
  ['a module of Node in a test of code for browsers', { 'packages/protocol/src/a.test.ts': "import 'node:fs'" }],
  [
    'an outside plugin that imports the sdk and its own files',
    { 'examples/x/src/a.ts': "import '@headwatch/sdk'\nimport '../b.ts'", 'examples/x/b.ts': '' },
  ],
  ['a whole-system test that imports any package by name', { 'test/a.test.ts': "import '@headwatch/server'" }],
  [
    'a dynamic import whose name only the program knows',
    { 'packages/pipeline/src/a.ts': 'void import(process.title)' },
  ],
]

describe('the import fences let pass', () => {
  for (const [name, files] of permitted) test(name, () => assert.deepEqual(violationsOf(files), []))
})

describe('the package.json file names as dependencies just what the arrows allow', () => {
  for (const [name, allowed] of Object.entries(ARROWS)) {
    test(name, () => {
      const manifest = readFileSync(join(import.meta.dirname, '..', 'packages', name, 'package.json'), 'utf8')
      const own = Object.keys(JSON.parse(manifest).dependencies ?? {}).filter((key) => key.startsWith('@headwatch/'))
      assert.deepEqual(own.sort(), allowed.map((other) => `@headwatch/${other}`).sort())
    })
  }
})

test('a run that saw hardly a file fails', () => {
  using repository = repositoryOf({ 'packages/sdk/src/a.ts': '' })
  const script = join(import.meta.dirname, 'check-imports.ts')
  const { status, stderr } = spawnSync(process.execPath, [script, repository.root], { encoding: 'utf8' })
  assert.equal(status, 1)
  assert.match(stderr, /Expected at least 20 files/)
})
