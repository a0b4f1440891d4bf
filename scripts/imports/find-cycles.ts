import type { SourceFile } from './source-file.ts'

/** Each cycle of relative imports once, as the paths along it; type-only imports count. */
export function findCycles(files: readonly SourceFile[]): readonly (readonly string[])[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const done = new Set<string>()
  const cycles: string[][] = []

  function walk(path: string, trail: readonly string[]): void {
    if (done.has(path)) return
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path])
      return
    }
    for (const found of byPath.get(path)?.imports ?? []) {
      if (found.path !== undefined && byPath.has(found.path)) walk(found.path, [...trail, path])
    }
    done.add(path)
  }

  for (const path of byPath.keys()) walk(path, [])
  return cycles
}
