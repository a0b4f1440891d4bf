import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type MetricValue, reading } from '@headwatch/protocol'
import type { ReadProc } from './proc-file.ts'

const wellKnown = ['geth', 'nethermind', 'Nethermind.Runn', 'besu', 'erigon', 'reth', 'anvil']

/** Kernel ticks a second in /proc/PID/stat: 100 on every Linux that Node supports (`getconf CLK_TCK`). */
const ticksPerSecond = 100

/** Rounds after which a client that was not found is looked for again: the look costs a read for each process. */
const searchRounds = 12

/** CPU, memory and open files of the Ethereum client's process on the same host. Nothing while there is none. */
export class ClientProcessReader {
  readonly #readProc: ReadProc
  readonly #procFolder: string
  readonly #names: readonly string[]
  #pid: string | undefined
  #rounds = 0
  #before: { readonly ticks: number; readonly atMs: number } | undefined

  constructor(readProc: ReadProc, procFolder: string, name: string) {
    this.#readProc = readProc
    this.#procFolder = procFolder
    this.#names = name === '' ? wellKnown : [name]
  }

  async read(monotonicMs: number): Promise<Record<string, MetricValue>> {
    const stat = await this.#statOfClient()
    if (stat === undefined) return {}
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ') // The name may hold spaces; field 3 of proc(5) comes first here.
    const ticks = Number(fields[11]) + Number(fields[12])
    const before = this.#before
    this.#before = { ticks, atMs: monotonicMs }
    const seconds = before === undefined ? 0 : (monotonicMs - before.atMs) / 1000
    const status = await this.#readProc(`${this.#pid}/status`)
    const residentKb = /^VmRSS:\s+(\d+) kB/m.exec(status ?? '')?.[1]
    const files = await readdir(join(this.#procFolder, `${this.#pid}/fd`)).catch(() => undefined)
    return {
      ...(before !== undefined &&
        seconds > 0 && { [reading.clientCpu]: Math.max(0, ticks - before.ticks) / ticksPerSecond / seconds }),
      ...(residentKb !== undefined && { [reading.clientMemory]: Number(residentKb) * 1024 }),
      ...(files !== undefined && { [reading.clientOpenFiles]: files.length }),
    }
  }

  async #statOfClient(): Promise<string | undefined> {
    const known = this.#pid === undefined ? undefined : await this.#readProc(`${this.#pid}/stat`)
    if (known !== undefined && this.#isClient(known)) return known
    this.#pid = undefined
    this.#before = undefined
    return this.#rounds++ % searchRounds === 0 ? this.#search() : undefined
  }

  async #search(): Promise<string | undefined> {
    const entries = await readdir(this.#procFolder).catch(() => [])
    for (const pid of entries.filter((entry) => /^\d+$/.test(entry))) {
      const stat = await this.#readProc(`${pid}/stat`)
      if (stat !== undefined && this.#isClient(stat)) {
        this.#pid = pid
        return stat
      }
    }
    return undefined
  }

  #isClient(stat: string): boolean {
    return this.#names.includes(stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')))
  }
}
