import assert from 'node:assert/strict'
import { rpcCall } from '../../peers/json-rpc.ts'
import { until } from '../../peers/until.ts'
import { agentsOf, type DayEvent } from '../day.ts'
import { areInSync } from '../verdicts.ts'

/** Time in which nothing happens, so that what leaks or drifts has time to. */
export function ordinaryLife(blocks: number): DayEvent {
  return {
    name: `${blocks} blocks go by: nobody is called silent, nothing is dropped`,
    async happen(day) {
      const { chain, server, network, viewer } = day
      const height = async () => Number(await rpcCall(chain.endpoint, 'eth_blockNumber'))
      const goal = (await height()) + blocks
      const isOver = async () => {
        for (const { node, activity, silence } of await server.api.nodes(network))
          assert.notEqual(activity, 'silent', `${node}: ${silence?.evidence.join('; ')}`)
        return (await height()) >= goal
      }
      await until(`the chain has ${goal} blocks`, isOver, blocks * 6_000)
      await areInSync(day, agentsOf(day))
      await viewer.seesInBars(/3 of 3 reported, 0 dropped/)
      assert.deepEqual((await server.api.readiness()).problems, [])
    },
  }
}
