import { createHash } from 'node:crypto'

/** A piece of telemetry as JSON, as the receiver beside this file hands it on. */
export type NumberedItem =
  | { readonly type: 'log'; readonly severity: 6; readonly application: string; readonly message: string }
  | { readonly type: 'metrics'; readonly readings: { readonly numbered_count: number; readonly digest_count: number } }

export const application = 'numbered'

/** Every record follows from its source and its number, so that whatever comes back can be judged by itself: odd ones are log entries, even ones metric sets. */
export function numberedRecord(source: string, number: number): NumberedItem {
  const digest = digestOf(source, number)
  if (number % 2 === 0)
    return { type: 'metrics', readings: { numbered_count: number, digest_count: digest.readUInt32LE() } }
  return { type: 'log', severity: 6, application, message: messageOf(number, digest) }
}

/** The number of a log entry; undefined when it is not as it was issued. */
export function numberOfLog(source: string, message: string): number | undefined {
  const number = Number.parseInt(message, 10)
  return number % 2 === 1 && message === messageOf(number, digestOf(source, number)) ? number : undefined
}

/** The number of a metric set; undefined when it is not as it was issued. */
export function numberOfMetrics(source: string, readings: Readonly<Record<string, unknown>>): number | undefined {
  const { numbered_count: number, digest_count: digest } = readings
  const isIssued = typeof number === 'number' && number % 2 === 0 && digest === digestOf(source, number).readUInt32LE()
  return isIssued ? number : undefined
}

function digestOf(source: string, number: number): Buffer {
  return createHash('sha256').update(`${source}/${number}`).digest()
}

/** Of 60 to 1,000 bytes, some beyond ASCII. */
function messageOf(number: number, digest: Buffer): string {
  const text = `${digest.toString('base64')} é漢🦊 `
  const repeats = 1 + ((digest[4] ?? 0) % 16)
  return `${number} ${text.repeat(repeats)}${digest.toString('hex')}`
}
