import { relative } from 'node:path'
import { programSettings } from '@headwatch/agent'
import {
  configJsonSchema,
  hostSettings,
  jsonSchemaOf,
  keyTable,
  pipelineSection,
  sectionOfKind,
  selfSection,
} from '@headwatch/pipeline/describe'
import type { Kind } from '@headwatch/sdk'
import { admissionSettings, serverSettings } from '@headwatch/server'
import type { Generator } from './generator.ts'
import { ownPlugins, type PluginFolder } from './own-plugins.ts'

/** `docs/configuration.md` and `docs/headwatch.schema.json`. */
export const configurationReference: Generator = {
  name: 'configuration reference',
  async generate() {
    const folders = await ownPlugins()
    const plugins = folders.flatMap((folder) => folder.plugins)
    const sections = { program: programSettings, server: serverSettings, access: admissionSettings }
    const schema = configJsonSchema(plugins, sections)
    return [
      { path: 'docs/configuration.md', text: page(folders) },
      { path: 'docs/headwatch.schema.json', text: `${JSON.stringify(schema, undefined, 2)}\n` },
    ]
  },
}

const introduction = `# Configuration

Written by \`npm run generate\` from the schemas the programs check with; do not edit.

A configuration is one YAML file. \`headwatch check-config FILE\` says everything that is wrong with it, with lines, and
starts nothing. Editors that know JSON Schema complete and check it with this as its first line:

\`\`\`yaml
# yaml-language-server: $schema=./headwatch.schema.json
\`\`\`

\`\`\`yaml
self: { agent: eu-1 }
collectors:
  ethereum: { endpoint: http://127.0.0.1:8545, everyMs: 5000 }
  ethereum/second: { endpoint: http://127.0.0.1:8547, node: eu-1b }   # NAME/LABEL: another instance of a plugin
  host:
exporters:
  native: { endpoint: wss://stats.example, token: '\${HEADWATCH_TOKEN}', retention: acked }
pipelines:                                                           # left out: everything to everything
  main: { from: [ethereum, ethereum/second, host], to: [native] }
\`\`\`

**Secrets** stay out of the file: a text that is nothing but \`\${NAME}\` is the variable of that name in the environment, and
one that is nothing but \`\${file:PATH}\` is what that file holds, without its last line break.

**Every key can be set by a variable** of the environment, which wins over the file: \`HEADWATCH_\`, then the keys in
capitals, with \`__\` for each level down: \`HEADWATCH_EXPORTERS__ETHSTATS__CONNECT_TIMEOUT_MS=8000\`. A plugin that the file does
not name is added by it. Variables without \`__\` are flags of the command line.
`

function page(folders: readonly PluginFolder[]): string {
  const kinds = Object.keys(sectionOfKind) as Kind[]
  const parts = [
    introduction,
    '## `self`: who this program is',
    keyTable(jsonSchemaOf(selfSection) ?? {}),
    '## `plugins`: packages that bring further plugins',
    'A list of npm packages, or of files as `./my-plugin.js`, looked for beside the configuration.',
    ...kinds.flatMap((kind) => kindPart(kind, folders)),
    '## `pipelines`: what feeds what',
    keyTable(jsonSchemaOf(pipelineSection) ?? {}),
    '## `program`: the agent itself',
    keyTable(jsonSchemaOf(programSettings) ?? {}),
    '## `server`: the server itself',
    keyTable(jsonSchemaOf(serverSettings) ?? {}),
    '## `access`: who may do what on a server',
    keyTable(jsonSchemaOf(admissionSettings) ?? {}),
  ]
  return `${parts.map((part) => part.trim()).join('\n\n')}\n`
}

function kindPart(kind: Kind, folders: readonly PluginFolder[]): readonly string[] {
  const rows = folders.flatMap(({ path, plugins }) =>
    plugins
      .filter((plugin) => plugin.kind === kind)
      .map(
        ({ name, summary, stability }) =>
          `| [${name}](${relative('docs', path)}/README.md) | ${summary} | ${stability} |`,
      ),
  )
  return [
    `## \`${sectionOfKind[kind]}\``,
    ...(rows.length === 0 ? [] : [`| plugin | what it does | stability |\n|---|---|---|\n${rows.join('\n')}`]),
    `Keys of every ${kind}, beside the plugin’s own:`,
    keyTable(jsonSchemaOf(hostSettings[kind]) ?? {}),
  ]
}
