import { NetworkState } from '../src/network/network-state.ts'
import { head, header, metrics, start } from '../src/network/testkit.ts'

/*
 * What one record costs, with a follower, at two sizes: the cost must not grow with the number of nodes.
 * Run it with `node packages/server/bench/network-state-micro.ts`.
 */

for (const nodes of [500, 3000, 500, 3000]) {
  const figures = measure(nodes, 60)
  process.stdout.write(`${JSON.stringify({ bench: 'network-state-micro', nodes, ...figures })}\n`)
}

/** A chain with a block a second, of which every node reports each block and a set of readings. */
function measure(nodes: number, seconds: number): Record<string, number> {
  const state = new NetworkState({ startedAt: start })
  let changes = 0
  state.reader.follow(() => changes++, new AbortController().signal)
  let applyNs = 0n
  let advanceNs = 0n
  for (let second = 1; second <= seconds; second++) {
    const at = start + second * 1000
    const block = header(second)
    const records = Array.from({ length: nodes }, (_, index) => [
      head(`node-${index}`, { ...block }, { at: at + (index % 400) }),
      metrics(`node-${index}`, { peers_count: index, pending_transactions_count: 3, rpc_up_bool: 1 }, { at }),
    ]).flat()
    const before = process.hrtime.bigint()
    for (const record of records) state.apply(record)
    const between = process.hrtime.bigint()
    state.advance(at + 500)
    if (second <= 10) continue
    applyNs += between - before
    advanceNs += process.hrtime.bigint() - between
  }
  const measured = (seconds - 10) * nodes
  return {
    apply_us: round(Number(applyNs) / 1000 / (measured * 2)),
    advance_us_per_node: round(Number(advanceNs) / 1000 / measured),
    changes_per_s: Math.round(changes / seconds),
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
