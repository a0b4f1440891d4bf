import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'

export interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly exports?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
}

/** Reads `FOLDER/package.json`. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
}

/** Writes package.json and the licence into a publishable folder. */
export function writeManifest(folder: string, manifest: Manifest & Readonly<Record<string, unknown>>): void {
  const common = { license: 'Apache-2.0', type: 'module', engines: { node: '>=24' } }
  const { name, version, description, ...rest } = manifest
  writeFileSync(
    `${folder}/package.json`,
    `${JSON.stringify({ name, version, description, ...common, ...rest }, null, 2)}\n`,
  )
  copyFileSync('LICENSE', `${folder}/LICENSE`)
}
