import type { Logger } from '@headwatch/sdk'
import { destination, pino } from 'pino'
import { redacted, redactedText } from './redacted.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/**
 * Writes one JSON object a line to standard error, or to file descriptor `fd`, at once, so that a crash loses none.
 * What sounds like a secret is blanked.
 */
export function jsonLogger(level: LogLevel, program: string, fd = 2): Logger {
  const log = pino({ level, base: { program } }, destination({ dest: fd, sync: true }))
  const at =
    (wanted: LogLevel): Logger['info'] =>
    (message, fields = {}) => {
      if (log.isLevelEnabled(wanted)) log[wanted](redacted(fields), redactedText(message))
    }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
