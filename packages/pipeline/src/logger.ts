import type { Logger } from '@headwatch/sdk'
import { destination, pino } from 'pino'

const secretKeys = ['token', 'secret', 'password', 'authorization', 'credential']

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Writes one JSON object a line to standard error, at once, so that a crash loses none. Fields named like secrets are blanked. */
export function jsonLogger(level: LogLevel, program: string): Logger {
  const log = pino(
    { level, base: { program }, redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`]) } },
    destination({ dest: 2, sync: true }),
  )
  return {
    debug: (message, fields) => log.debug(fields, message),
    info: (message, fields) => log.info(fields, message),
    warn: (message, fields) => log.warn(fields, message),
    error: (message, fields) => log.error(fields, message),
  }
}
