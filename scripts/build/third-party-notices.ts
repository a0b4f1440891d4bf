import { globSync, readFileSync } from 'node:fs'

/** The licences of the packages that these modules came from, as their authors ask for with every copy. */
export function thirdPartyNotices(modules: readonly string[]): string {
  const folders = new Set(modules.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []))
  return [...folders]
    .sort()
    .map(notice)
    .join(`\n${'-'.repeat(80)}\n\n`)
}

function notice(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
  const texts = globSync(`${folder}/{LICENSE,LICENCE,license}*`).map((path) => readFileSync(path, 'utf8').trim())
  return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`
}
