import { type MetricValue, reading } from '@headwatch/protocol'
import { numbersOf, type ReadProc } from './proc-file.ts'

/** Time in clock ticks since the start of the machine, over all cores (proc(5), /proc/stat). */
interface CpuTicks {
  readonly busy: number
  readonly steal: number
  readonly total: number
}

/** CPU use since the call before; nothing at the first call. */
export class CpuReader {
  readonly #readProc: ReadProc
  #before: CpuTicks | undefined

  constructor(readProc: ReadProc) {
    this.#readProc = readProc
  }

  async read(): Promise<Record<string, MetricValue>> {
    const [stat, loadavg] = await Promise.all([this.#readProc('stat'), this.#readProc('loadavg')])
    const load = Number.parseFloat(loadavg ?? '')
    const now = stat === undefined ? undefined : ticksOf(stat)
    const before = this.#before
    this.#before = now
    return {
      ...(stat !== undefined && { cpu_cores_count: stat.match(/^cpu\d+/gm)?.length ?? 1 }),
      ...(Number.isFinite(load) && { [reading.load1]: load }),
      ...(now && before && now.total > before.total && sharesOf(now, before)),
    }
  }
}

function ticksOf(stat: string): CpuTicks {
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, steal = 0] = numbersOf(
    stat.split('\n', 1)[0] ?? '',
    1,
  )
  const busy = user + nice + system + irq + softIrq + steal
  return { busy, steal, total: busy + idle + ioWait }
}

function sharesOf(now: CpuTicks, before: CpuTicks): Record<string, number> {
  const total = now.total - before.total
  return {
    [reading.cpuUsed]: clampShare((now.busy - before.busy) / total),
    cpu_steal_ratio: clampShare((now.steal - before.steal) / total),
  }
}

function clampShare(share: number): number {
  return Math.min(1, Math.max(0, share))
}
