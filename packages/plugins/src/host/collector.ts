import { release, type } from 'node:os'
import type { Telemetry } from '@headwatch/protocol'
import { type Collector, defineCollector, type Host, RetryableError } from '@headwatch/sdk'
import { ClientProcessReader } from './client-process.ts'
import { config, type HostConfig } from './config.ts'
import { CpuReader } from './cpu.ts'
import { readDisks } from './disks.ts'
import { readMemory, readUptime } from './memory.ts'
import { NetworkReader } from './network-interfaces.ts'
import { procReader, type ReadProc } from './proc-file.ts'

/** Reads the machine the agent runs on from procfs, without starting any program. */
export const hostCollector = defineCollector({
  name: 'host',
  summary: 'Reads the host from /proc: CPU, memory, disks, network, uptime, and the Ethereum client’s process. Linux.',
  stability: 'beta',
  config,
  create: (options, host) => new HostCollector(options, host),
})

class HostCollector implements Collector {
  readonly #options: HostConfig
  readonly #host: Host
  readonly #readProc: ReadProc
  readonly #cpu: CpuReader
  readonly #network: NetworkReader
  readonly #client: ClientProcessReader
  #saidWho = false

  constructor(options: HostConfig, host: Host) {
    this.#options = options
    this.#host = host
    this.#readProc = procReader(options.procFolder)
    this.#cpu = new CpuReader(this.#readProc)
    this.#network = new NetworkReader(this.#readProc, options.interfaces)
    this.#client = new ClientProcessReader(this.#readProc, options.procFolder, options.clientProcess)
  }

  async *collect(): AsyncGenerator<Telemetry> {
    const nowMs = this.#host.clock.monotonicMs()
    const parts = await Promise.all([
      this.#cpu.read(),
      readMemory(this.#readProc),
      readUptime(this.#readProc),
      this.#client.read(nowMs),
    ])
    const readings = Object.assign({}, ...parts)
    if (Object.keys(readings).length === 0) {
      throw new RetryableError(
        `${this.#options.procFolder} tells nothing: this is no Linux, or procfs is not mounted there`,
      )
    }
    if (!this.#saidWho) yield { type: 'node', os: type(), osVersion: release() }
    this.#saidWho = true
    yield { type: 'metrics', readings }
    yield* await this.#network.read(nowMs)
    yield* await readDisks(this.#readProc, this.#options.mounts)
  }
}
