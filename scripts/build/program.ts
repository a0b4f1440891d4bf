import { copyFileSync, cpSync, globSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import {
  build,
  type LogLevel,
  type LogOrStringHandler,
  type PreRenderedChunk,
  type RolldownLog,
  type RolldownOutput,
} from 'rolldown'
import { buildDashboard, dashboardDist } from '../dashboard.ts'
import { checkAgentAlone } from './agent-alone.ts'
import { readManifest, writeManifest } from './manifest.ts'
import { thirdPartyNotices } from './third-party-notices.ts'

const FOLDER = 'dist/headwatch'

/** Looked for at run time and done without; none of them is shipped. */
const OPTIONAL = ['bufferutil', 'utf-8-validate', 'msgpackr-extract']

/** What npm runs. It parses on any Node, so that an old one gets a sentence instead of a syntax error. */
const LAUNCHER = `#!/usr/bin/env node
if (Number.parseInt(process.versions.node, 10) < 24) {
  console.error(\`headwatch needs Node 24 or newer; this is \${process.version}.\`)
  process.exit(1)
}
import('./main.js')
`

/**
 * Bundles the program into `dist/headwatch`: `main.js`, what the agent and the server load beyond it (each only its
 * own), one file per worker entry under its own name, and the page in `dashboard/`. All files lie side by side, so
 * that `new URL('./NAME', import.meta.url)` means the same in each.
 */
export async function buildProgram(): Promise<void> {
  mkdirSync(FOLDER, { recursive: true })
  const bundle = await build({
    input: { main: 'packages/cli/src/main.ts', ...workerEntries() },
    platform: 'node',
    external: OPTIONAL,
    output: {
      dir: FOLDER,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: (chunk) => `${chunkName(chunk)}-[hash].js`,
      minify: { compress: true, mangle: false, codegen: true },
      comments: { legal: false },
    },
    logLevel: 'warn',
    onLog: refuseUnresolved,
  })
  checkAgentAlone(bundle)
  buildDashboard()
  cpSync(dashboardDist, `${FOLDER}/dashboard`, { recursive: true })
  writeFileSync(`${FOLDER}/headwatch.js`, LAUNCHER, { mode: 0o755 })
  writeFileSync(`${FOLDER}/THIRD-PARTY-NOTICES.txt`, thirdPartyNotices(modulesOf(bundle)))
  copyFileSync('README.md', `${FOLDER}/README.md`)
  const { version, description } = readManifest('.')
  writeManifest(FOLDER, { name: 'headwatch', version, description, bin: { headwatch: './headwatch.js' } })
}

/** Output name → source, for every `NAME.worker.ts`. @throws {Error} two have one name. */
function workerEntries(): Readonly<Record<string, string>> {
  const entries: Record<string, string> = {}
  for (const path of globSync('packages/*/src/**/*.worker.ts')) {
    const name = basename(path, '.ts')
    if (entries[name] !== undefined) throw new Error(`two workers are named ${name}: ${entries[name]} and ${path}`)
    entries[name] = path
  }
  return entries
}

/** A package's front door gives its chunk the package's name, instead of `src`. */
function chunkName({ name, facadeModuleId }: PreRenderedChunk): string {
  return /\/packages\/([^/]+)\/src\/index\.ts$/.exec(facadeModuleId ?? '')?.[1] ?? name
}

/** An import that leads nowhere would otherwise be left for the user to find. */
function refuseUnresolved(level: LogLevel, log: RolldownLog, report: LogOrStringHandler): void {
  if (log.code === 'UNRESOLVED_IMPORT') throw new Error(log.message)
  report(level, log)
}

function modulesOf({ output }: RolldownOutput): readonly string[] {
  return output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
}
