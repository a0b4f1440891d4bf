import { createEffect, createSignal, type JSX } from 'solid-js'
import { visibleText } from '../format/visible-text.ts'
import { activeAlarms } from './bar-one.tsx'
import { usePage } from './page.ts'

/** Says what must not wait: a new critical or major alarm, and the loss of the connection. Nothing else is announced. */
export function Announcer(): JSX.Element {
  const page = usePage()
  const [said, setSaid] = createSignal('')
  let known: ReadonlySet<string> | undefined
  createEffect(() => {
    const alarms = page.alarms()
    if (alarms === undefined) return
    const grave = activeAlarms(alarms).filter(({ severity }) => severity === 'critical' || severity === 'major')
    const keyOf = ({ key }: (typeof grave)[number]) => JSON.stringify(key)
    const fresh = known === undefined ? undefined : grave.find((alarm) => !known?.has(keyOf(alarm)))
    known = new Set(grave.map(keyOf))
    if (fresh !== undefined) setSaid(`${fresh.severity} alarm: ${visibleText(fresh.text)}`)
  })
  createEffect(() => {
    if (page.feed.connection().kind === 'lost') setSaid('Connection to the server lost')
  })
  return (
    <div class="vh" role="alert">
      {said()}
    </div>
  )
}
