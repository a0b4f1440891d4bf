import { globSync, readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import type { Generator, ReadText } from './generator.ts'
import { withMarkedSection } from './marked-section.ts'

const path = 'docs/compatibility.md'

/** The tables of docs/compatibility.md, from the conversations that the tests replay and the programs that they start. */
export const compatibilityPage: Generator = {
  name: 'tables in docs/compatibility.md',
  async generate(read) {
    const clients = clientsByName()
    const tables = {
      clients: evidenceTable(clients),
      facts: factTable(clients),
      servers: serverTable(),
      programs: programTable(read),
    }
    const page = Object.entries(tables).reduce(
      (text, [name, table]) => withMarkedSection(text, name, table),
      read(path),
    )
    return [{ path, text: page }]
  },
}

/** One recorded or written conversation, as its `case.json` describes it. */
interface Conversation {
  readonly name: string
  readonly program: string
  readonly versions: string
  readonly order: number
  readonly heartbeat: string
  readonly evidence: 'recording' | 'construction'
  readonly of?: string
  /** A test holds this against what the conversation is read as. */
  readonly untold: readonly string[]
}

/** The conversations of each client, older versions first. */
function clientsByName(): ReadonlyMap<string, readonly Conversation[]> {
  const files = globSync('packages/plugins/src/ethstats/testcases/*/case.json').sort()
  const all = files.map((file): Conversation => ({ name: basename(dirname(file)), ...readCase(file) }))
  const inOrder = all.toSorted((a, b) => a.program.localeCompare(b.program, 'en') || a.order - b.order)
  return Map.groupBy(inOrder, ({ program, versions }) => `${program}, ${versions}`)
}

function readCase(file: string): Omit<Conversation, 'name'> {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function evidenceTable(clients: ReadonlyMap<string, readonly Conversation[]>): string {
  const rows = [...clients].map(([client, cases]) => {
    const of = (evidence: Conversation['evidence']) =>
      cases.filter((one) => one.evidence === evidence).map(({ name, of }) => `\`${name}\`${of ? `: ${of}` : ''}`)
    const heartbeats = [...new Set(cases.map(({ heartbeat }) => heartbeat))].sort().join(', ')
    return `| ${client} | ${listed(of('recording'))} | ${listed(of('construction'))} | ${heartbeats} |`
  })
  return table('| client | recorded from the real program | written from its source | heartbeat |', rows)
}

/** What clients may tell, and its heading. */
export const factTitles: Readonly<Record<string, string>> = {
  syncing: 'syncing',
  mining: 'mining',
  hash_rate: 'hash rate',
  peers: 'peers',
  pending: 'pending',
  gas_price: 'gas price',
  latency: 'latency',
  clock: 'clock',
  propagation: 'propagation',
  author: 'author',
  total_difficulty: 'total difficulty',
  base_fee: 'base fee',
  execution_time: 'execution time',
  old_blocks: 'old blocks',
  port: 'port',
}

function factTable(clients: ReadonlyMap<string, readonly Conversation[]>): string {
  const facts = Object.keys(factTitles)
  const rows = [...clients].map(([client, cases]) => {
    const isTold = (fact: string) => cases.some(({ untold }) => !untold.includes(fact))
    return `| ${client} | ${facts.map((fact) => (isTold(fact) ? 'yes' : '–')).join(' | ')} |`
  })
  return table(`| client | ${Object.values(factTitles).join(' | ')} |`, rows)
}

function serverTable(): string {
  const files = globSync('packages/plugins/src/ethstats/servercases/*/case.json').sort()
  const rows = files.map((file) => {
    const { server, of, heartbeat } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>
    return `| ${server} | ${of} | \`${basename(dirname(file))}\` | ${heartbeat} |`
  })
  return table('| server | release | recorded with the real program | heartbeat |', rows)
}

/** npm packages of Ethereum programs, and what each is. */
const programs: Readonly<Record<string, string>> = {
  '@foundry-rs/anvil': 'anvil',
  ganache: 'ganache',
  '@ethereumjs/client': '@ethereumjs/client',
  hardhat: 'hardhat',
}

function programTable(read: ReadText): string {
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> }
  const rows = Object.entries(programs).flatMap(([name, program]) =>
    devDependencies[name] === undefined ? [] : [`| ${program} | ${devDependencies[name]} | the real program |`],
  )
  return table('| program | version | the tests start |', rows)
}

const listed = (items: readonly string[]): string => (items.length === 0 ? '–' : items.join('; '))

function table(head: string, rows: readonly string[]): string {
  return [head, head.replace(/[^|]+/g, '---'), ...rows].join('\n')
}
