import { dirname } from 'node:path'
import { loadPackage, type Plan, type PluginSource, readConfig } from '@headwatch/pipeline'
import { agentPlugins } from './built-in-plugins.ts'
import { type ProgramSettings, programSettings } from './settings.ts'

export interface ConfigText {
  /** Path of the file, for problems and for finding packages; a made-up name where the text comes from flags. */
  readonly file: string
  readonly text: string
  /** Values of `${NAME}` in the text. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Reads an agent's configuration. @throws {ConfigError} every problem with its line. */
export async function readAgentConfig(
  { file, text, environment }: ConfigText,
  further: readonly PluginSource[] = [],
): Promise<{ readonly plan: Plan; readonly settings: ProgramSettings }> {
  const { plan, sections } = await readConfig({
    file,
    text,
    environment,
    catalog: agentPlugins(further),
    loadPackage: (name) => loadPackage(name, dirname(file)),
    sections: { program: programSettings },
  })
  return { plan, settings: sections.program }
}
