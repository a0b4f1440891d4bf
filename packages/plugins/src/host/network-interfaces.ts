import { type MetricSet, reading } from '@headwatch/protocol'
import { numbersOf, type ReadProc } from './proc-file.ts'

interface Counters {
  readonly received: number
  readonly sent: number
  readonly errors: number
}

const maxInterfaces = 32

/** Bytes a second in and out of each interface since the call before (proc(5), /proc/net/dev); nothing at the first call. */
export class NetworkReader {
  readonly #readProc: ReadProc
  readonly #wanted: readonly string[]
  #before = new Map<string, Counters>()
  #beforeMs = 0

  constructor(readProc: ReadProc, wanted: readonly string[]) {
    this.#readProc = readProc
    this.#wanted = wanted
  }

  async read(monotonicMs: number): Promise<readonly MetricSet[]> {
    const now = countersOf((await this.#readProc('self/net/dev')) ?? '')
    const seconds = (monotonicMs - this.#beforeMs) / 1000
    const sets = [...now]
      .filter(([name]) => this.#isWanted(name))
      .flatMap(([name, counters]) => this.#rates(name, counters, seconds))
    this.#before = now
    this.#beforeMs = monotonicMs
    return sets.slice(0, maxInterfaces)
  }

  #isWanted(name: string): boolean {
    return this.#wanted.length > 0 ? this.#wanted.includes(name) : name !== 'lo'
  }

  #rates(name: string, now: Counters, seconds: number): readonly MetricSet[] {
    const before = this.#before.get(name)
    if (before === undefined || seconds <= 0) return []
    const rate = (bytes: number) => Math.max(0, bytes) / seconds // A counter that starts anew is no negative rate.
    return [
      {
        type: 'metrics',
        labels: { interface: name },
        readings: {
          [reading.networkReceived]: rate(now.received - before.received),
          [reading.networkSent]: rate(now.sent - before.sent),
          network_errors_total: now.errors,
        },
      },
    ]
  }
}

function countersOf(text: string): Map<string, Counters> {
  const counters = new Map<string, Counters>()
  for (const line of text.split('\n').slice(2)) {
    const [name = '', rest = ''] = line.split(':', 2)
    const [received = 0, , receiveErrors = 0, , , , , , sent = 0, , sendErrors = 0] = numbersOf(rest, 0)
    if (rest !== '') counters.set(name.trim(), { received, sent, errors: receiveErrors + sendErrors })
  }
  return counters
}
