import type { Finding, Verification } from '@headwatch/agent/queue-tools'
import { exitCode } from '../exit.ts'
import { jsonText } from './json-text.ts'
import { progress } from './progress.ts'
import { bytesText, countText } from './quantities.ts'

/** `headwatch queue verify` */
export async function verifyQueues(folder: string, { json }: { readonly json?: true }): Promise<void> {
  const { findQueues, verifyQueue } = await import('@headwatch/agent/queue-tools')
  const verified = []
  for (const queue of await findQueues(folder)) {
    const told = progress(`Reading ${queue}`)
    const verification = await verifyQueue(queue, { progress: told.report })
    told.end()
    verified.push({ folder: queue, ...verification })
  }
  console.log(json ? jsonText(verified) : verified.map(verificationText).join('\n'))
  if (verified.some(({ findings }) => findings.some(isFault))) process.exitCode = exitCode.failed
}

/** What a crash cut short was promised to nobody. */
function isFault({ what }: Finding): boolean {
  return what !== 'torn'
}

function verificationText({ folder, records, bytes, findings }: Verification & { readonly folder: string }): string {
  const faults = findings.filter(isFault).length
  return [
    `Queue ${folder}: ${countText(records, 'record')} in ${bytesText(bytes)}; ${faults === 0 ? 'all is well' : countText(faults, 'fault')}.`,
    ...findings.map(findingText).map((line) => `  ${line}`),
  ].join('\n')
}

const findingTexts: Readonly<Record<Finding['what'], string>> = {
  no_header: 'does not begin as a segment does',
  damaged: 'is damaged',
  no_record: 'has something that is no record',
  torn: 'ends in the middle of a record, as a crash leaves it; that record was promised to nobody',
}

function findingText({ file, what, offset, first, last }: Finding): string {
  const numbers =
    first === undefined || last === undefined
      ? ''
      : first === last
        ? `, number ${first}`
        : `, numbers ${first} to ${last}`
  return `${file} ${findingTexts[what]}, at byte ${offset}${numbers}`
}
