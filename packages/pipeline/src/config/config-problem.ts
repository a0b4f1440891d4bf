/** One thing wrong with a configuration: where it stands and what to do, in a sentence. */
export interface ConfigProblem {
  readonly file: string
  /** From 1; absent where the problem is what is missing altogether. */
  readonly line?: number
  readonly column?: number
  /** The key it is about: `exporters.ethstats.endpoint`; empty for the file as a whole. */
  readonly path: string
  readonly message: string
}

/** `headwatch.yaml:12:5: exporters.ethstats.endpoint: must be a URL` */
export function problemText({ file, line, column, path, message }: ConfigProblem): string {
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`
  return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`
}

const maxTold = 50

/** A configuration that cannot be used; lists every problem at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    const more = problems.length > maxTold ? [`and ${problems.length - maxTold} more`] : []
    super([...problems.slice(0, maxTold).map(problemText), ...more].join('\n'))
    this.problems = problems
  }
}
