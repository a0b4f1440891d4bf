import type { Kind, Schema } from '@headwatch/sdk'
import type { ShapeAt } from './environment-overrides.ts'
import { instanceShape } from './host-settings.ts'
import type { PluginCatalog } from './plugin-catalog.ts'
import { type JsonSchema, jsonSchemaOf } from './schema-shape.ts'
import { ownSections, pipelineSection, plainSections, sectionOfKind } from './sections.ts'

/** What may stand where in a configuration that so far is `root`. Loads a plugin only when something below its name is asked for. */
export function configShape(
  root: Readonly<Record<string, unknown>>,
  catalog: PluginCatalog,
  sections: Readonly<Record<string, Schema<unknown>>>,
): ShapeAt {
  const plain: Readonly<Record<string, Schema<unknown>>> = { ...plainSections, ...sections }
  return async (path) => {
    const [section, name, ...below] = path
    if (section === undefined) return mapOf([...ownSections, ...Object.keys(sections)])
    if (plain[section] !== undefined) return shapeBelow(jsonSchemaOf(plain[section]), path.slice(1))
    const written = Object.keys((root[section] ?? {}) as object)
    const kind = kinds.find((each) => sectionOfKind[each] === section)
    if (name === undefined) return mapOf([...written, ...(kind === undefined ? [] : catalog.names(kind))])
    return shapeBelow(await entryShape(kind, name, catalog), below)
  }
}

const kinds = Object.keys(sectionOfKind) as Kind[]

/** What may stand in one entry of a section: an instance of a plugin, or, without a kind, a pipeline. */
async function entryShape(
  kind: Kind | undefined,
  name: string,
  catalog: PluginCatalog,
): Promise<JsonSchema | undefined> {
  if (kind === undefined) return jsonSchemaOf(pipelineSection)
  const plugin = await catalog.load(kind, name.split('/', 1)[0] ?? '')
  return plugin && instanceShape(plugin)
}

function shapeBelow(shape: JsonSchema | undefined, path: readonly string[]): JsonSchema | undefined {
  return path.reduce((above: JsonSchema | undefined, key) => above?.properties?.[key], shape)
}

function mapOf(names: readonly string[]): JsonSchema {
  return { type: 'object', properties: Object.fromEntries(names.map((name) => [name, {}])) }
}
