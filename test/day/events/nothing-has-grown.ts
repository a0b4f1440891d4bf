import { agentsOf, type DayEvent } from '../day.ts'

export const everyoneIsMeasured: DayEvent = {
  name: 'everyone is warm: what each process holds is noted',
  async happen(day) {
    day.footprints.note('server', day.server.process.pid)
    for (const { name, process } of agentsOf(day)) day.footprints.note(name, process.pid)
  },
}

export const nothingHasGrown: DayEvent = {
  name: 'no process has grown',
  async happen(day) {
    day.footprints.compare(day.say, 'server', ...agentsOf(day).map(({ name }) => name))
  },
}
