// npm run check [-- STEP…]: every step, or the named ones; all of them run even when one fails.
// --write repairs what a tool can repair by itself.
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

type Step = 'format' | 'lint' | 'types' | 'imports' | 'unused' | 'generated'

const { values, positionals } = parseArgs({ options: { write: { type: 'boolean' } }, allowPositionals: true })
const repair = values.write ? ['--write'] : []

/** The commands of each step. All of them have to succeed. */
const STEPS: Readonly<Record<Step, readonly (readonly [program: string, ...args: string[]])[]>> = {
  format: [['biome', 'format', ...repair]],
  lint: [
    ['biome', 'lint', '--error-on-warnings', ...repair],
    ['oxlint', '--type-aware', '--deny-warnings'],
  ],
  types: [
    ['tsc', '--project', 'tsconfig.json'],
    ['tsc', '--project', 'packages/dashboard/tsconfig.json'],
  ],
  imports: [['node', 'scripts/check-imports.ts']],
  unused: [['knip', '--no-config-hints']],
  generated: [['node', 'scripts/generate.ts', '--check']],
}

const failed = chosenSteps().filter((step) => !succeeds(step))
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}. Run one alone with: npm run check -- ${failed[0]}`)
  process.exitCode = 1
}

function chosenSteps(): readonly Step[] {
  const unknown = positionals.find((name) => !Object.hasOwn(STEPS, name))
  if (unknown !== undefined) {
    console.error(`There is no step "${unknown}". Steps: ${Object.keys(STEPS).join(', ')}`)
    process.exit(1)
  }
  return (positionals.length > 0 ? positionals : Object.keys(STEPS)) as Step[]
}

function succeeds(step: Step): boolean {
  console.error(`\n== ${step}`)
  if (step === 'types' && !isExpectedCompiler()) return false
  // Every command of a step runs, so that one report tells everything.
  const results = STEPS[step].map(([program, ...args]) => spawnSync(program, args, { stdio: 'inherit' }).status === 0)
  return results.every(Boolean)
}

/** Another package's dependency can take the name tsc in node_modules/.bin and check by other rules. */
function isExpectedCompiler(): boolean {
  const version = spawnSync('tsc', ['--version'], { encoding: 'utf8' }).stdout.trim()
  if (/^Version 7\./.test(version)) return true
  console.error(`Expected TypeScript 7 as tsc, found "${version}".`)
  return false
}
