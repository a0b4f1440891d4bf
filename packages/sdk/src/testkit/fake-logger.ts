import type { Logger } from '../host.ts'

/** One line, as the plugin gave it. */
export interface LoggedLine {
  readonly level: keyof Logger
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Prints nothing; a test reads the lines. */
export interface FakeLogger extends Logger {
  readonly lines: readonly LoggedLine[]
}

export function fakeLogger(): FakeLogger {
  const lines: LoggedLine[] = []
  const at =
    (level: keyof Logger): Logger['info'] =>
    (message, fields = {}) =>
      void lines.push({ level, message, fields })
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
