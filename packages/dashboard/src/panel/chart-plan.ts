import { reading } from '@headwatch/protocol'
import { visibleText } from '../format/visible-text.ts'
import type { HistorySeries } from './history.ts'

/** What of a reading is shown under which title, and by what it is divided. */
interface Plan {
  readonly name: string
  readonly title: string
  readonly divideBy: number
}

const gib = 2 ** 30

const plans: readonly Plan[] = [
  { name: reading.peers, title: 'Peers', divideBy: 1 },
  { name: reading.pendingTransactions, title: 'Pending transactions', divideBy: 1 },
  { name: reading.latency, title: 'Latency, ms', divideBy: 1 },
  { name: reading.cpuUsed, title: 'CPU, %', divideBy: 0.01 },
  { name: reading.memoryUsed, title: 'Memory used, GiB', divideBy: gib },
  { name: reading.diskUsed, title: 'Disk used, GiB', divideBy: gib },
  { name: reading.networkReceived, title: 'Network in, MB/s', divideBy: 1e6 },
  { name: reading.networkSent, title: 'Network out, MB/s', divideBy: 1e6 },
  { name: reading.load1, title: 'Load, 1 min', divideBy: 1 },
  { name: reading.clientCpu, title: 'Client CPU, %', divideBy: 0.01 },
  { name: reading.clientMemory, title: 'Client memory, GiB', divideBy: gib },
  { name: reading.clientOpenFiles, title: 'Client open files', divideBy: 1 },
  { name: reading.gasPriceWei, title: 'Gas price, gwei', divideBy: 1e9 },
  { name: reading.hashrate, title: 'Hashrate, MH/s', divideBy: 1e6 },
]

/** What the panel asks history for. */
export const chartedNames: readonly string[] = plans.map(({ name }) => name)

export interface PlannedChart {
  readonly title: string
  /** Seconds since the epoch and value, ascending; a missing slot is a null. */
  readonly times: readonly number[]
  readonly values: readonly (number | null)[]
}

/** Charts a node can have: two mounts are two charts. */
const mostCharts = 24

/** The charts that have data, in the order of the plan; a hole longer than two steps of a series stays a hole. */
export function planCharts(series: readonly HistorySeries[], slotMs: number): readonly PlannedChart[] {
  return plans
    .flatMap((plan) =>
      series
        .filter(({ name, points }) => name === plan.name && points.length > 0)
        .map((one) => chartOf(plan, one, slotMs)),
    )
    .slice(0, mostCharts)
}

function chartOf(plan: Plan, { labels, points }: HistorySeries, slotMs: number): PlannedChart {
  const label = Object.values(labels).map(visibleText).join(' ')
  const steps = points.slice(1).map(({ at }, index) => at - (points[index]?.at ?? at))
  // A reading that comes rarely is no row of holes: its own rhythm counts.
  const usualMs = Math.max(slotMs, steps.toSorted((one, other) => one - other)[Math.floor(steps.length / 2)] ?? 0)
  const times: number[] = []
  const values: (number | null)[] = []
  for (const { at, mean } of points) {
    const last = times.at(-1)
    if (last !== undefined && at - last * 1000 > 2.5 * usualMs) {
      times.push((last * 1000 + usualMs) / 1000)
      values.push(null)
    }
    times.push(at / 1000)
    values.push(mean / plan.divideBy)
  }
  return { title: label === '' ? plan.title : `${plan.title}, ${label}`, times, values }
}
