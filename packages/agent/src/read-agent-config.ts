import { dirname } from 'node:path'
import { loadPackage, type Override, type Plan, readConfig } from '@headwatch/pipeline'
import type { Carrier } from '@headwatch/plugins/native'
import { agentPlugins } from './built-in-plugins.ts'
import { type ProgramSettings, programSettings } from './settings.ts'

export interface ConfigText {
  /** Path of the file, for problems and for finding packages; a made-up name where the text comes from flags. */
  readonly file: string
  readonly text: string
  /** Values of `${NAME}` in the text, and of keys. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What flags put in the place of the text's keys. */
  readonly flags?: readonly Override[]
}

/** Reads an agent's configuration. With a `carrier`, it can also report to a server of the same program. @throws {ConfigError} every problem with its line. */
export async function readAgentConfig(
  { file, text, environment, flags = [] }: ConfigText,
  carrier?: Carrier,
): Promise<{ readonly plan: Plan; readonly settings: ProgramSettings }> {
  const { plan, sections } = await readConfig({
    file,
    text,
    environment,
    flags,
    catalog: agentPlugins(carrier),
    loadPackage: (name) => loadPackage(name, dirname(file)),
    sections: { program: programSettings },
  })
  return { plan, settings: sections.program }
}
