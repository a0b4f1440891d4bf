import { setTimeout as wait } from 'node:timers/promises'
import type { FaultyProxy } from '../faults/faulty-proxy.ts'
import type { Chance } from './seeded.ts'

type Fault = (proxy: FaultyProxy, chance: Chance) => void

/** What can go wrong between an agent and the server, and how often each did. */
const faults: Readonly<Record<string, Fault>> = {
  nothing: () => undefined,
  slow: (proxy, chance) => proxy.delay(chance.between(5, 80)),
  thin: (proxy, chance) => proxy.limit(chance.between(5_000, 60_000)),
  cut: (proxy) => proxy.cut(),
  cut_answers: (proxy) => proxy.cut('to_client'),
  cut_questions: (proxy) => proxy.cut('to_target'),
  reset: (proxy, chance) => proxy.resetAfter(chance.between(0, 3_000)),
  refuse: (proxy) => proxy.refuse(),
  half_open: (proxy) => proxy.halfOpen(),
  duplicate: (proxy) => proxy.duplicate(),
}

/** Does one bad thing after another to what passes `proxy`, until `signal` aborts; then all passes again. */
export async function misbehave(proxy: FaultyProxy, chance: Chance, signal: AbortSignal): Promise<Map<string, number>> {
  const done = new Map<string, number>()
  const names = Object.keys(faults) as [string, ...string[]]
  while (!signal.aborted) {
    const name = chance.oneOf(names)
    faults[name]?.(proxy, chance)
    done.set(name, (done.get(name) ?? 0) + 1)
    await wait(chance.between(50, 900), undefined, { signal }).catch(() => undefined)
    clear(proxy)
  }
  return done
}

function clear(proxy: FaultyProxy): void {
  proxy.delay(0)
  proxy.limit(Number.POSITIVE_INFINITY)
  proxy.restore()
}
