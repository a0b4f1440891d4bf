import type { OutputChunk, RolldownOutput } from 'rolldown'

/**
 * An agent loads nothing of the server: a bundler that puts what both use beside the server would cost every agent 16 MiB.
 *
 * @throws {Error} with what it would load.
 */
export function checkAgentAlone({ output }: Pick<RolldownOutput, 'output'>): void {
  const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])))
  const door = [...chunks.values()].find(({ facadeModuleId }) =>
    facadeModuleId?.endsWith('/packages/agent/src/index.ts'),
  )
  if (door === undefined) throw new Error('the bundle has no agent')
  for (const chunk of reachable(door, chunks)) {
    const foreign = chunk.moduleIds.find((module) => module.includes('/packages/server/src/'))
    if (foreign !== undefined) throw new Error(`the agent would load ${foreign}, which is in ${chunk.fileName}`)
  }
}

/** What a chunk loads, at once or when it is asked for. What the program's own entry may load is left to that. */
function reachable(from: OutputChunk, chunks: ReadonlyMap<string, OutputChunk>): ReadonlySet<OutputChunk> {
  const found = new Set([from])
  for (const chunk of found) {
    for (const name of [...chunk.imports, ...(chunk.isEntry ? [] : chunk.dynamicImports)]) {
      const next = chunks.get(name)
      if (next !== undefined) found.add(next)
    }
  }
  return found
}
