import type { QueueVerification } from '@headwatch/agent/queue-tools'
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
    const verification = await verifyQueue(queue, told.report)
    told.end()
    verified.push({ folder: queue, ...verification })
  }
  console.log(json ? jsonText(verified) : verified.map(verificationText).join('\n'))
  if (verified.some(({ faults }) => faults.length > 0)) process.exitCode = exitCode.failed
}

function verificationText({ folder, records, bytes, faults }: QueueVerification & { readonly folder: string }): string {
  const outcome = faults.length === 0 ? 'all is well' : countText(faults.length, 'fault')
  return [
    `Queue ${folder}: ${countText(records, 'sound record')} in ${bytesText(bytes)}; ${outcome}.`,
    ...faults.map(({ file, offset, what }) => `  ${file} at byte ${offset}: ${what}`),
  ].join('\n')
}
