import type { Kind, Plugin, Schema } from '@headwatch/sdk'
import { instanceShape } from '../host-settings.ts'
import { jsonSchemaOf } from '../schema-shape.ts'
import { pipelineSection, plainSections, sectionOfKind } from '../sections.ts'

/**
 * JSON Schema of whole configuration files, for editors: `plugins` by name and under labels (`ethereum/second`), and
 * `sections` beside the pipeline's own. Plugins it does not know are left to the program.
 */
export function configJsonSchema(
  plugins: readonly Plugin[],
  sections: Readonly<Record<string, Schema<unknown>>>,
): Readonly<Record<string, unknown>> {
  const kinds = Object.keys(sectionOfKind) as Kind[]
  const plain = Object.entries({ ...plainSections, ...sections }).map(([name, schema]) => [name, jsonSchemaOf(schema)])
  const ofKinds = kinds.map((kind) => [
    sectionOfKind[kind],
    sectionSchema(plugins.filter((each) => each.kind === kind)),
  ])
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Headwatch configuration',
    type: 'object',
    additionalProperties: false,
    properties: {
      ...Object.fromEntries(plain),
      plugins: { type: 'array', items: { type: 'string' }, description: 'npm packages that bring further plugins.' },
      ...Object.fromEntries(ofKinds),
      pipelines: { type: 'object', additionalProperties: jsonSchemaOf(pipelineSection) },
    },
    $defs: Object.fromEntries(plugins.map((plugin) => [defName(plugin), instanceShape(plugin)])),
  }
}

/** An instance without any key may be written as nothing: `host:`. */
function sectionSchema(plugins: readonly Plugin[]): object {
  const instance = (plugin: Plugin) => ({ anyOf: [{ $ref: `#/$defs/${defName(plugin)}` }, { type: 'null' }] })
  return {
    type: 'object',
    properties: Object.fromEntries(plugins.map((plugin) => [plugin.name, instance(plugin)])),
    patternProperties: Object.fromEntries(plugins.map((plugin) => [`^${plugin.name}/`, instance(plugin)])),
  }
}

function defName({ kind, name }: Plugin): string {
  return `${kind}.${name}`
}
