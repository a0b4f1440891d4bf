import { dirname } from 'node:path'
import { loadPackage, type Override, type Plan, readConfig } from '@headwatch/pipeline'
import type { Carrier } from '@headwatch/plugins/native'
import { type AdmissionSettings, admissionSettings } from './auth/config.ts'
import { serverPlugins } from './built-in-plugins.ts'
import { type ServerSettings, serverSettings } from './settings.ts'

export interface ServerConfigText {
  /** Path of the file, for problems and for finding packages; a made-up name where the text comes from flags. */
  readonly file: string
  readonly text: string
  /** Values of `${NAME}` in the text, and of keys. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What flags put in the place of the text's keys. */
  readonly flags?: readonly Override[]
}

export interface ServerConfig {
  readonly plan: Plan
  readonly settings: ServerSettings
  readonly admission: AdmissionSettings
}

/** Reads a server's configuration. With a `carrier`, agents of the same program can be received too. @throws {ConfigError} every problem with its line. */
export async function readServerConfig(
  { file, text, environment, flags = [] }: ServerConfigText,
  carrier?: Carrier,
): Promise<ServerConfig> {
  const { plan, sections } = await readConfig({
    file,
    text,
    environment,
    flags,
    catalog: serverPlugins(carrier),
    loadPackage: (name) => loadPackage(name, dirname(file)),
    sections: { server: serverSettings, access: admissionSettings },
  })
  return { plan, settings: sections.server, admission: sections.access }
}
