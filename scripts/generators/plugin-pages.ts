import { existsSync } from 'node:fs'
import { jsonSchemaOf, keyTable, sampleYaml } from '@headwatch/pipeline/describe'
import type { Plugin } from '@headwatch/sdk'
import type { Generator, ReadText } from './generator.ts'
import { ownPlugins, type PluginFolder } from './own-plugins.ts'

/** `<!-- generated:config -->`, or `<!-- generated:config exporter -->` for the plugins of one kind. */
const marked = /(<!-- generated:config(?: (\w+))? -->)[\s\S]*?(<!-- \/generated -->)/g

/** `sample.yaml` of every plugin folder, and the tables of keys in its README. */
export const pluginPages: Generator = {
  name: 'samples and README tables of plugins',
  async generate(read) {
    const folders = await ownPlugins()
    return folders.flatMap((folder) => [
      { path: `${folder.path}/sample.yaml`, text: sampleYaml(folder.plugins) },
      { path: `${folder.path}/README.md`, text: readme(folder, read) },
    ])
  },
}

/** The page with its tables, or a first page where nobody has written one. */
function readme({ path, name, plugins }: PluginFolder, read: ReadText): string {
  const file = `${path}/README.md`
  const page = existsSync(file) ? read(file) : firstPage(name, plugins)
  if (page.search(marked) === -1) throw new Error(`${file} has no "<!-- generated:config -->" … "<!-- /generated -->"`)
  return page.replace(marked, (_, begin: string, kind: string | undefined, end: string) => {
    const wanted = plugins.filter((plugin) => kind === undefined || plugin.kind === kind)
    return `${begin}\n\n${tables(wanted)}\n\n${end}`
  })
}

function firstPage(name: string, plugins: readonly Plugin[]): string {
  const summaries = plugins.map(({ kind, summary }) => `${kind[0]?.toUpperCase()}${kind.slice(1)}. ${summary}`)
  return `# ${name}\n\n${summaries.join('\n')}\n\n## Configuration\n\n<!-- generated:config -->\n<!-- /generated -->\n`
}

function tables(plugins: readonly Plugin[]): string {
  const parts = plugins.map((plugin) => {
    const shape = jsonSchemaOf(plugin.config)
    const heading = plugins.length > 1 ? `### ${plugin.kind} \`${plugin.name}\`\n\n` : ''
    return `${heading}${shape === undefined ? plugin.summary : keyTable(shape)}`
  })
  const note = '`sample.yaml` has every key; those that all plugins of a kind share are in `docs/configuration.md`.'
  return [...parts, note].join('\n\n')
}
