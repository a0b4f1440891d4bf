import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type Manifest, readManifest, writeManifest } from './manifest.ts'

/**
 * Compiles `packages/NAME/src` into `dist/NAME`, tests left out.
 *
 * @throws {Error} the compiler found a fault; it has said which.
 */
export function buildLibrary(name: string): void {
  const folder = `dist/${name}`
  mkdirSync(folder, { recursive: true })
  compile(name, folder)
  for (const path of globSync(`${folder}/**/*.d.ts`)) nameCompiledFiles(path)
  const manifest = readManifest(`packages/${name}`)
  writeManifest(folder, { ...manifest, exports: compiledDoors(manifest) as never, sideEffects: false })
  if (existsSync(`packages/${name}/README.md`)) copyFileSync(`packages/${name}/README.md`, `${folder}/README.md`)
}

function compile(name: string, folder: string): void {
  const settings = `dist/tsconfig.${name}.json`
  writeFileSync(settings, JSON.stringify(compilerSettings(name, folder)))
  const { status } = spawnSync('tsc', ['--project', settings], { stdio: ['ignore', 2, 2] })
  rmSync(settings)
  if (status !== 0) throw new Error(`@headwatch/${name} could not be compiled`)
}

/** Paths in it are relative to dist/. */
function compilerSettings(name: string, folder: string): object {
  return {
    extends: '../tsconfig.json',
    compilerOptions: {
      noEmit: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      rootDir: `../packages/${name}/src`,
      outDir: `../${folder}`,
      // Built before, so that its sources are not compiled again into this package.
      paths: { '@headwatch/protocol': ['./protocol/index.d.ts'], '@headwatch/protocol/*': ['./protocol/*/index.d.ts'] },
    },
    include: [`../packages/${name}/src`],
    exclude: [`../packages/${name}/src/**/*.test.ts`],
  }
}

/** The compiler renames `./a.ts` to `./a.js` in code, but not in declarations. */
function nameCompiledFiles(path: string): void {
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replaceAll(/((?:from |import\()(['"])\.[^'"]+)\.ts\2/g, '$1.js$2'))
}

/** `./src/native/index.ts` becomes `./native/index.js` with its declaration. */
function compiledDoors({ exports = {} }: Manifest): object {
  return Object.fromEntries(
    Object.entries(exports).map(([door, source]) => {
      const file = source.replace(/^\.\/src\//, './').replace(/\.ts$/, '')
      return [door, { types: `${file}.d.ts`, default: `${file}.js` }]
    }),
  )
}
