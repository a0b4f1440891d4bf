import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'

/** One import, export-from, dynamic import or type import of a source file. */
export interface Import {
  /** As written. */
  readonly specifier: string
  /** The package of ours it leads to, and the folder in `src` where one is told; undefined for anything else. */
  readonly to: Place | undefined
  /** For a relative import: the file it leads to, from the repository's root. */
  readonly path: string | undefined
}

/** Where code lives: `packages/plugins/src/statsd/line.ts` is in area `packages`, name `plugins`, part `statsd`. */
export interface Place {
  readonly area: string
  readonly name: string
  readonly part: string | undefined
}

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  readonly path: string
  readonly place: Place
  readonly isTest: boolean
  readonly imports: readonly Import[]
  /** What is wrong with the file itself: unreadable syntax, an import of a file that is not there. */
  readonly faults: readonly string[]
}

const PATTERNS = ['packages/*/{src,test}/**/*.{ts,tsx}', '{examples,test,bench,scripts}/**/*.{ts,mts,mjs}']

/** Reads every source file of the repository at `root`. */
export function readSourceFiles(root: string): readonly SourceFile[] {
  const paths = globSync(PATTERNS, { cwd: root, exclude: (path) => /(^|[\\/])(node_modules|dist)$/.test(path) })
  return paths
    .map((path) => path.replaceAll('\\', '/'))
    .sort()
    .map((path) => readSourceFile(root, path))
}

function readSourceFile(root: string, path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8')
  const { program, module, errors } = parseSync(path, text)
  const specifiers = new Set([
    ...module.staticImports.map((found) => found.moduleRequest.value),
    ...module.staticExports.flatMap((found) => found.entries.map((entry) => entry.moduleRequest?.value)),
    ...module.dynamicImports.map(({ moduleRequest: { start, end } }) => literal(text.slice(start, end))),
    ...typeImports(program),
  ])
  specifiers.delete(undefined)
  const imports = [...specifiers].map((specifier) => resolveImport(path, specifier as string))
  const faults = [
    ...errors.map((error) => error.message),
    ...imports.filter((found) => isDangling(root, found)).map((found) => `there is no file ${found.specifier}`),
  ]
  return { path, place: placeOf(path), isTest: /\.test\.tsx?$/.test(path), imports, faults }
}

/** The text of a string literal; undefined for an expression, which only the program that runs it can resolve. */
function literal(source: string): string | undefined {
  return /^(['"`])([^'"`$]*)\1$/.exec(source)?.[2]
}

/** `import('./x.ts').Type` stands in no import statement. */
function typeImports(program: Parameters<Visitor['visit']>[0]): readonly string[] {
  const found: string[] = []
  new Visitor({ TSImportType: (node) => void found.push(node.source.value) }).visit(program)
  return found
}

function resolveImport(from: string, specifier: string): Import {
  if (specifier.startsWith('.')) {
    const path = posix.join(dirname(from), specifier.replace(/\?.*$/, ''))
    return { specifier, path, to: placeOf(path) }
  }
  const [, name, part] = /^@headwatch\/([^/]+)(?:\/([^/]+))?/.exec(specifier) ?? []
  return { specifier, path: undefined, to: name === undefined ? undefined : { area: 'packages', name, part } }
}

function placeOf(path: string): Place {
  const [area = '', name = '', ...rest] = path.split('/')
  if (area !== 'packages' && area !== 'examples') return { area, name: '', part: undefined }
  return { area, name, part: rest.length > 2 ? rest[1] : undefined }
}

function isDangling(root: string, { path }: Import): boolean {
  return path !== undefined && !existsSync(join(root, path))
}
