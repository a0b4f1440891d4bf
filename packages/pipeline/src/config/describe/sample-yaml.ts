import type { Plugin } from '@headwatch/sdk'
import { stringify } from 'yaml'
import { hostSettings } from '../host-settings.ts'
import { type JsonSchema, jsonSchemaOf } from '../schema-shape.ts'
import { sectionOfKind } from '../sections.ts'

/**
 * A piece of configuration with every key of `plugins`: `##` explains, `#` shows a key with what it is when it is not
 * written. Keys that must be written are, with an example. With every `# ` taken away it is still a valid configuration.
 */
export function sampleYaml(plugins: readonly Plugin[]): string {
  const sections = Map.groupBy(plugins, ({ kind }) => sectionOfKind[kind])
  return [...sections]
    .map(([section, inSection]) => [`${section}:`, ...inSection.flatMap(pluginLines), ''].join('\n'))
    .join('\n')
}

function pluginLines(plugin: Plugin): readonly string[] {
  const own = jsonSchemaOf(plugin.config)
  const host = jsonSchemaOf(hostSettings[plugin.kind])
  return [
    `  ## ${plugin.summary}`,
    `  ${plugin.name}:`,
    ...(own === undefined ? [] : keyLines(own, '    ')),
    '',
    `    ## Of every ${plugin.kind}:`,
    ...(host === undefined ? [] : keyLines(host, '    ')),
  ]
}

function keyLines(schema: JsonSchema, indent: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, key]) => {
    const mark = schema.required?.includes(name) ? '' : '# '
    const explained = key.description === undefined ? [] : [`${indent}## ${key.description}`]
    return [...explained, ...entryLines(name, key).map((line) => `${indent}${mark}${line}`)]
  })
}

/** One key with its value, and below it, further in, those of a map. */
function entryLines(name: string, key: JsonSchema): readonly string[] {
  if (key.properties === undefined) return [`${name}: ${flow(exampleOf(key))}`]
  const below = Object.entries(key.properties).flatMap(([child, schema]) => entryLines(child, schema))
  return [`${name}:`, ...below.map((line) => `  ${line}`)]
}

function exampleOf(key: JsonSchema): unknown {
  const [example = key.default ?? key.enum?.[0] ?? key.const] = key.examples ?? []
  return example ?? examplesByType[key.type ?? '']?.(key) ?? 'example'
}

const examplesByType: Readonly<Record<string, (key: JsonSchema) => unknown>> = {
  integer: ({ minimum }) => Math.max(minimum ?? 0, 1),
  number: ({ minimum }) => minimum ?? 1,
  boolean: () => false,
  array: () => [],
  object: () => ({}),
  string: ({ format }) => (format === 'uri' ? 'http://127.0.0.1' : 'example'),
}

function flow(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim()
}
