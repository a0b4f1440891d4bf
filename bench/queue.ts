import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bench, rounded } from './bench-result.ts'
import { startNode } from './built-program.ts'
import type { QueueFigures } from './queue-process.ts'

/**
 * Durable records a second, CPU and bytes written of the disk queue and of node:sqlite, each in a process of its own, in turns, so that a
 * busy machine is busy for both. A record's whole life is measured: put, synced, taken, settled, removed.
 */
export const queue: Bench = {
  summary: 'The disk queue beside node:sqlite in WAL mode with synchronous=FULL: records of 300 to 2,000 bytes.',
  defaults: { rounds: 5, seconds: 3 },
  async run({ rounds = 5, seconds = 3 }, say) {
    const folder = mkdtempSync(join(tmpdir(), 'headwatch-bench-'))
    try {
      const runs = new Map<string, readonly QueueFigures[]>()
      for (let round = 0; round <= rounds; round++) {
        for (const [what, group] of [
          ['queue', 100],
          ['sqlite', 100],
          ['queue', 50],
          ['sqlite', 50],
        ] as const) {
          const figures = await measure(what, group, seconds, join(folder, `${what}-${group}-${round}`))
          // The first round warms the disk up.
          const run = `${what} ${group}`
          if (round > 0) runs.set(run, [...(runs.get(run) ?? []), figures])
          say(`${what}, groups of ${group}: ${JSON.stringify(figures)}`)
        }
      }
      const median = (run: string, of: keyof QueueFigures) =>
        rounded(medianOf((runs.get(run) ?? []).map((figures) => figures[of])))
      return {
        figures: {
          records_per_second: median('queue 100', 'recordsPerSecond'),
          cpu_us_per_record: median('queue 50', 'cpuUsPerRecord'),
          write_amplification: median('queue 50', 'writeAmplification'),
          resident_mib: median('queue 50', 'residentMib'),
        },
        baselines: {
          sqlite_records_per_second: median('sqlite 100', 'recordsPerSecond'),
          sqlite_cpu_us_per_record: median('sqlite 50', 'cpuUsPerRecord'),
          sqlite_write_amplification: median('sqlite 50', 'writeAmplification'),
          bytes_per_record: median('queue 50', 'bytesPerRecord'),
        },
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

async function measure(
  what: 'queue' | 'sqlite',
  group: number,
  seconds: number,
  folder: string,
): Promise<QueueFigures> {
  const args = [what, String(group), String(seconds), folder]
  await using running = startNode([new URL('./queue-process.ts', import.meta.url).pathname, ...args])
  return JSON.parse(await running.line(/^\{/)) as QueueFigures
}

function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}
