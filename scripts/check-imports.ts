// The arrows between packages, checked. node scripts/check-imports.ts [ROOT]
import { findCycles } from './imports/find-cycles.ts'
import { rules } from './imports/rules.ts'
import { readSourceFiles, type SourceFile } from './imports/source-file.ts'

/** A fence that sees nothing must not be green. */
const FEWEST_FILES = 20

/** One sentence per violation, each beginning with the file it is in. */
export function findViolations(files: readonly SourceFile[]): readonly string[] {
  return [
    ...files.flatMap((file) => file.faults.map((fault) => `${file.path}: ${fault}`)),
    ...files.flatMap(brokenRules),
    ...findCycles(files).map((cycle) => `${cycle[0]}: imports itself: ${cycle.join(' → ')}`),
  ]
}

function brokenRules(file: SourceFile): readonly string[] {
  return file.imports
    .flatMap((found) => rules.map((rule) => rule(file, found)))
    .filter((sentence) => sentence !== undefined)
    .map((sentence) => `${file.path}: ${sentence}`)
}

if (import.meta.main) {
  const files = readSourceFiles(process.argv[2] ?? '.')
  const violations = findViolations(files)
  for (const sentence of violations) console.error(sentence)
  console.error(`Imports: ${files.length} files, ${violations.length} violations.`)
  if (files.length < FEWEST_FILES) console.error(`Expected at least ${FEWEST_FILES} files: is this the right folder?`)
  if (violations.length > 0 || files.length < FEWEST_FILES) process.exitCode = 1
}
