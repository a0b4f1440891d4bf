// npm run bench -- NAME [--json] [--ARGUMENT NUMBER …]
import { parseArgs } from 'node:util'
import { agent } from './agent.ts'
import { type Bench, type BenchResult, commitText, machineText } from './bench-result.ts'
import { native } from './native.ts'
import { page } from './page.ts'
import { queue } from './queue.ts'
import { receiver } from './receiver.ts'

const benches: Readonly<Record<string, Bench>> = { agent, native, page, queue, receiver }

const [name = '', ...rest] = process.argv.slice(2)
const bench = benches[name]
if (bench === undefined) {
  console.error('Usage: npm run bench -- NAME [--json] [--ARGUMENT NUMBER …]   (after npm run build)\n')
  for (const [known, { summary, defaults }] of Object.entries(benches)) {
    console.error(
      `  ${known}  ${summary}\n    ${Object.entries(defaults)
        .map(([key, value]) => `--${key} ${value}`)
        .join(' ')}`,
    )
  }
  process.exit(2)
}
await run(name, bench, rest)

async function run(name: string, bench: Bench, given: readonly string[]): Promise<void> {
  const options = Object.fromEntries(Object.keys(bench.defaults).map((key) => [key, { type: 'string' as const }]))
  const { values } = parseArgs({ args: [...given], options: { ...options, json: { type: 'boolean' } } })
  const { json, ...numbers } = values
  const args = {
    ...bench.defaults,
    ...Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, Number(value)])),
  }
  const startedAt = performance.now()
  const measured = await bench.run(args, (line) => console.error(line))
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  const result: BenchResult = { bench: name, args, machine: machineText(), commit: commitText(), seconds, ...measured }
  console.log(json === true ? JSON.stringify(result) : tableOf(result))
}

function tableOf({ bench, machine, commit, seconds, figures, baselines }: BenchResult): string {
  const rows = [
    ...Object.entries(figures),
    ...Object.entries(baselines).map(([key, value]) => [`baseline ${key}`, value] as const),
  ]
  const width = Math.max(...rows.map(([key]) => key.length))
  return [
    `${bench} at ${commit}, ${seconds} s, on ${machine}`,
    ...rows.map(([key, value]) => `  ${key.padEnd(width)}  ${value}`),
  ].join('\n')
}
