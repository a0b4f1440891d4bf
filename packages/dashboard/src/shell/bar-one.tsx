import type { AlarmSeverity } from '@headwatch/protocol'
import { createMemo, For, type JSX, Show } from 'solid-js'
import type { WireAlarm, WireSummary } from '../feed/wire.ts'
import { countOf, countText } from '../format/numbers.ts'
import { Glyph } from './glyph.tsx'
import { Outside } from './outside.tsx'
import { usePage } from './page.ts'

/** Worst first. */
const severities: readonly AlarmSeverity[] = ['critical', 'major', 'minor', 'warning', 'indeterminate']

/** Which network: all of them, with the glyph of their worst alarm. */
export function BarOne(props: { onTheme: () => void; onHelp: () => void; onBell: () => void }): JSX.Element {
  const page = usePage()
  return (
    <header class="bar1">
      <a class="mark" href={page.bar.href({ screen: 'overview', node: undefined })} aria-label="Headwatch, overview">
        <svg viewBox="0 0 18 18" aria-hidden="true">
          <path d="M1 14.500h16" stroke="currentColor" stroke-width="1.5" />
          <path d="M3 14.500a6 6 0 0 1 12 0" fill="none" stroke="currentColor" stroke-width="1.5" />
          <circle cx="9" cy="4" r="2.2" fill="var(--head)" />
        </svg>
        <span>Headwatch</span>
      </a>
      <nav class="nets" aria-label="Networks">
        <For each={page.networks()}>{(network) => <NetworkTab network={network} />}</For>
      </nav>
      <span class="sp" />
      <div class="tools">
        <Bell onClick={props.onBell} />
        <button type="button" class="tbtn" aria-label="Switch theme" onClick={props.onTheme}>
          <Glyph name="theme" />
        </button>
        <button type="button" class="tbtn" aria-label="Keyboard help" onClick={props.onHelp}>
          <Glyph name="help" />
        </button>
      </div>
    </header>
  )
}

function NetworkTab(props: { network: WireSummary }): JSX.Element {
  const page = usePage()
  const worst = createMemo(() => {
    const raised = activeAlarms(page.alarms()).filter((alarm) => alarm.origin?.network === props.network.network)
    return severities.find((severity) => raised.some((alarm) => alarm.severity === severity))
  })
  /** A chain started anew has the name of the one before; only its id tells them apart. */
  const hasNamesake = () => (page.networks() ?? []).filter(({ name }) => name === props.network.name).length > 1
  return (
    <a
      class="net"
      href={page.bar.href({ network: props.network.network, node: undefined })}
      aria-current={props.network.network === page.network() ? 'true' : undefined}
    >
      <Glyph name={worst() ?? 'inSync'} class={worst() === undefined ? 'faint' : `sev-${worst()}`} />
      <b>
        <Outside text={props.network.name} />
        <Show when={hasNamesake()}>
          {' '}
          <Outside text={props.network.network} />
        </Show>
      </b>
      <span class="n">{countOf(props.network.nodes, 'node')}</span>
      <span class="vh">, {worst() === undefined ? 'no alarms' : `worst alarm ${worst()}`}</span>
    </a>
  )
}

function Bell(props: { onClick: () => void }): JSX.Element {
  const page = usePage()
  const counts = createMemo(() => {
    const raised = activeAlarms(page.alarms())
    return severities
      .map((severity) => ({ severity, count: raised.filter((alarm) => alarm.severity === severity).length }))
      .filter(({ count }) => count > 0)
  })
  return (
    <button type="button" class="bell" onClick={() => props.onClick()}>
      <Glyph name="bell" />
      <span class="vh">Active alarms: </span>
      <Show when={counts().length > 0} fallback={<span class="faint">{page.alarms() === undefined ? '–' : '0'}</span>}>
        <For each={counts()}>
          {({ severity, count }) => (
            <span class={`sev-${severity}`}>
              <Glyph name={severity} />
              {countText(count)}
              <span class="vh"> {severity}, </span>
            </span>
          )}
        </For>
      </Show>
    </button>
  )
}

/** Raised and not shelved, worst and newest first. */
export function activeAlarms(alarms: readonly WireAlarm[] | undefined): readonly WireAlarm[] {
  const raised = (alarms ?? []).filter((alarm) => alarm.condition === 'raised' && alarm.shelvedUntil === undefined)
  const rank = (alarm: WireAlarm) => severities.indexOf(alarm.severity)
  return raised.toSorted((one, other) => rank(one) - rank(other) || other.raisedAt - one.raisedAt)
}
