import type { Generator, ReadText } from './generator.ts'
import { withMarkedSection } from './marked-section.ts'

/** In reading order: what stands first is imported by what follows. */
const PACKAGES = ['protocol', 'sdk', 'pipeline', 'plugins', 'agent', 'server', 'dashboard', 'simulator', 'cli']

/** The table of packages in README.md, from their package.json files. */
export const packageTable: Generator = {
  name: 'package table in README.md',
  async generate(read) {
    const rows = PACKAGES.map((folder) => row(folder, read)).join('\n')
    const table = `| package | what it is | may import |\n|---|---|---|\n${rows}`
    return [{ path: 'README.md', text: withMarkedSection(read('README.md'), 'packages', table) }]
  },
}

function row(folder: string, read: ReadText): string {
  const { description, dependencies = {} } = JSON.parse(read(`packages/${folder}/package.json`))
  const own = Object.keys(dependencies).flatMap((name) => /^@headwatch\/(.+)/.exec(name)?.[1] ?? [])
  return `| [${folder}](packages/${folder}) | ${description} | ${own.join(', ') || 'nothing of ours'} |`
}
