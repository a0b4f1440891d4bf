import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus, totalmem } from 'node:os'

/** What every bench prints with --json: figures of this run, and what they are to be compared with, from the same run. */
export interface BenchResult {
  readonly bench: string
  readonly args: Readonly<Record<string, string | number>>
  readonly machine: string
  readonly commit: string
  readonly seconds: number
  readonly figures: Readonly<Record<string, number>>
  readonly baselines: Readonly<Record<string, number>>
}

/** A bench: what it measures in a line, its arguments with their defaults, and the run itself. */
export interface Bench {
  readonly summary: string
  readonly defaults: Readonly<Record<string, number>>
  run(
    args: Readonly<Record<string, number>>,
    say: (line: string) => void,
  ): Promise<Pick<BenchResult, 'figures' | 'baselines'>>
}

/** `2 × AMD EPYC, 24 GiB, linux x64, Node v24.21.0` */
export function machineText(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${availableParallelism()} × ${model}, ${memory} GiB, ${process.platform} ${process.arch}, Node ${process.version}`
}

/** The commit that is measured; `+` marks changes that are not committed. */
export function commitText(): string {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim()
  return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+')
}

/** Two digits behind the point are more than a shared machine can tell. */
export function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
