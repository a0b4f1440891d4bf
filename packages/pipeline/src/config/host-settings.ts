import type { Kind, Plugin } from '@headwatch/sdk'
import { z } from 'zod'
import { collectorSettings, exporterSettings } from '../settings.ts'
import { type JsonSchema, jsonSchemaOf } from './schema-shape.ts'

const everyKind = z.object({
  runIn: z
    .enum(['process', 'worker'])
    .default('process')
    .describe(
      'Where the plugin of a package runs: in the program, or in a thread of its own that cannot take the program with it.',
    ),
})

/** The keys the host reads itself, by kind; everything else in an instance's section is the plugin's. */
export const hostSettings = {
  collector: collectorSettings.extend(everyKind.shape),
  receiver: everyKind,
  processor: everyKind,
  exporter: exporterSettings.extend(everyKind.shape),
  store: everyKind,
} as const satisfies Record<Kind, z.ZodObject>

/** What an operator may write for an instance of `plugin`: its own keys and the host's. Any key where the plugin cannot tell its own. */
export function instanceShape(plugin: Plugin): JsonSchema {
  const own = jsonSchemaOf(plugin.config)
  const host = jsonSchemaOf(hostSettings[plugin.kind])
  const properties = { ...own?.properties, ...host?.properties }
  if (own?.properties === undefined) return { type: 'object', properties, additionalProperties: true }
  return { type: 'object', properties, ...(own.required && { required: own.required }), additionalProperties: false }
}
