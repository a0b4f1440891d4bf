import { resolve } from 'node:path'
import type { Logger } from '@headwatch/sdk'
import { BindingFile } from './binding-file.ts'
import type { AdmissionSettings } from './config.ts'
import { ServerAdmission } from './server-admission.ts'
import { readOperatorHash, readTokenFile } from './token-file.ts'

/**
 * Reads the files of the settings and stands at the door. Relative paths start at `folder`.
 *
 * @throws {RejectedError} a file that is named cannot be read or has another form: one sentence.
 */
export async function openAdmission(
  settings: AdmissionSettings,
  logger: Logger,
  folder = '.',
): Promise<ServerAdmission> {
  const { operatorTokenFile, tokensFile, bindingsFile } = settings
  return new ServerAdmission(settings, {
    operator: operatorTokenFile === undefined ? undefined : await readOperatorHash(resolve(folder, operatorTokenFile)),
    issued: tokensFile === undefined ? new Map() : await readTokenFile(resolve(folder, tokensFile), 'refuse'),
    bindings: await BindingFile.open(resolve(folder, bindingsFile), logger),
  })
}
