import { until } from '../../peers/until.ts'
import { agentsOf, type DayEvent } from '../day.ts'
import { areInSync } from '../verdicts.ts'

export const everyoneArrives: DayEvent = {
  name: 'everyone arrives: all nodes are shown in sync, the old client in its own network',
  async happen(day) {
    const { server, client, pretendNetwork, viewer } = day
    await areInSync(day, agentsOf(day))
    await viewer.seesInBars(/^Live$/)
    await viewer.seesInBars(/3 of 3 reported, 0 dropped/)
    await until('the old client is in sync', async () =>
      (await server.api.nodesIfAny(pretendNetwork)).some(
        ({ node, activity }) => node === client.name && activity === 'in_sync',
      ),
    )
    await until('the server answered a Primus heartbeat', () => client.pongs > 0)
  },
}
