import type { Import, SourceFile } from './source-file.ts'

/** Says what is wrong with one import of one file; undefined when nothing is. */
type Rule = (file: SourceFile, found: Import) => string | undefined

/** What each package may import of ours, itself left out; in reading order. Type-only imports count like any other. */
export const ARROWS: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  sdk: ['protocol'],
  pipeline: ['sdk', 'protocol'],
  plugins: ['sdk', 'protocol'],
  agent: ['pipeline', 'plugins', 'sdk', 'protocol'],
  server: ['pipeline', 'plugins', 'sdk', 'protocol'],
  simulator: ['protocol'],
  dashboard: ['protocol'],
  cli: ['agent', 'server', 'simulator'],
}

/** Packages whose code also runs in a browser. */
const FOR_BROWSERS = ['protocol', 'dashboard']

export const rules: readonly Rule[] = [
  packagesFollowTheArrows,
  pluginsDoNotKnowEachOther,
  relativeImportsStayInside,
  browserCodeImportsNothingOfNode,
  thirdPartiesSeeOnlyTheSdk,
  testkitsAreForTests,
]

function packagesFollowTheArrows({ place, isTest }: SourceFile, { specifier, to }: Import): string | undefined {
  if (place.area !== 'packages' || to?.area !== 'packages' || to.name === place.name) return undefined
  if (isTest && isTestkit(specifier)) return undefined
  const allowed = ARROWS[place.name]
  if (allowed === undefined) return `package ${place.name} has no arrows in scripts/imports/rules.ts`
  return allowed.includes(to.name) ? undefined : `${place.name} may not import ${specifier}`
}

function pluginsDoNotKnowEachOther({ place }: SourceFile, { specifier, to }: Import): string | undefined {
  if (place.name !== 'plugins' || to?.name !== 'plugins' || to.part === place.part) return undefined
  return `plugin ${place.part} may not know plugin ${to.part}: ${specifier}`
}

function relativeImportsStayInside(file: SourceFile, { specifier, path, to }: Import): string | undefined {
  const { place } = file
  if (path === undefined || (to?.area === place.area && to.name === place.name)) return undefined
  // What starts real programs stands in test/ once, for the tests of every package and for benches.
  if ((isForTests(file) || place.area === 'bench') && to?.area === 'test') return undefined
  // What those programs are stands in scripts/ once.
  if (place.area === 'test' && to?.area === 'scripts') return undefined
  return `reaches into another package by its path: ${specifier}`
}

function browserCodeImportsNothingOfNode({ place, isTest, path }: SourceFile, { specifier }: Import) {
  if (place.area !== 'packages' || !FOR_BROWSERS.includes(place.name) || isTest || /\/testkit[/.]/.test(path))
    return undefined
  if (!path.includes('/src/') || !specifier.startsWith('node:')) return undefined
  return `${place.name} runs in a browser, which has no ${specifier}`
}

function thirdPartiesSeeOnlyTheSdk({ place }: SourceFile, { specifier, path, to }: Import): string | undefined {
  if (place.area !== 'examples' || path !== undefined || to === undefined || to.name === 'sdk') return undefined
  return `an outside plugin may import @headwatch/sdk only, not ${specifier}`
}

function testkitsAreForTests(file: SourceFile, { specifier }: Import): string | undefined {
  if (isForTests(file) || !isTestkit(specifier)) return undefined
  return `${specifier} is for tests`
}

function isForTests({ isTest, place, path }: SourceFile): boolean {
  return isTest || place.area === 'test' || /\/(test|testkit)[/.]/.test(path)
}

function isTestkit(specifier: string): boolean {
  return /^@headwatch\/.+\/testkit$/.test(specifier)
}
