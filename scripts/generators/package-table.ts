import { ARROWS } from '../imports/rules.ts'
import type { Generator, ReadText } from './generator.ts'
import { withMarkedSection } from './marked-section.ts'

/** The table of packages in README.md, from their package.json files and the arrows. */
export const packageTable: Generator = {
  name: 'package table in README.md',
  async generate(read) {
    const rows = Object.entries(ARROWS)
      .map(([folder, allowed]) => row(folder, allowed, read))
      .join('\n')
    const table = `| package | what it is | may import |\n|---|---|---|\n${rows}`
    return [{ path: 'README.md', text: withMarkedSection(read('README.md'), 'packages', table) }]
  },
}

function row(folder: string, allowed: readonly string[], read: ReadText): string {
  const { description } = JSON.parse(read(`packages/${folder}/package.json`))
  return `| [${folder}](packages/${folder}) | ${description} | ${allowed.join(', ') || 'nothing of ours'} |`
}
