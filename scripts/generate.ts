// npm run generate: writes every file that is derived from another one.
// --check writes nothing and fails when a file on disk differs from what would be written.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { compatibilityPage } from './generators/compatibility-page.ts'
import { configurationReference } from './generators/configuration-reference.ts'
import type { Generator } from './generators/generator.ts'
import { packageTable } from './generators/package-table.ts'
import { pluginPages } from './generators/plugin-pages.ts'

const generators: readonly Generator[] = [packageTable, pluginPages, configurationReference, compatibilityPage]

const { values } = parseArgs({ options: { check: { type: 'boolean' } } })
const stale = [...(await generateAll())].filter(([path, text]) => differsOnDisk(path, text))
for (const [path, text] of stale) {
  if (values.check) console.error(`${path} is stale. Run: npm run generate`)
  else write(path, text)
}
console.error(values.check ? `${stale.length} generated files are stale.` : `${stale.length} files written.`)
if (values.check && stale.length > 0) process.exitCode = 1

/** Path → text of every generated file; each generator sees what those before it made. */
async function generateAll(): Promise<ReadonlyMap<string, string>> {
  const made = new Map<string, string>()
  const read = (path: string) => made.get(path) ?? readFileSync(path, 'utf8')
  for (const { generate } of generators) {
    for (const { path, text } of await generate(read)) made.set(path, text)
  }
  return made
}

function differsOnDisk(path: string, text: string): boolean {
  return !existsSync(path) || readFileSync(path, 'utf8') !== text
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  console.error(`wrote ${path}`)
}
