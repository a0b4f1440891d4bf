import { For, type JSX, Match, Switch } from 'solid-js'

/** One link of the chain from the node to this server. */
export interface Link {
  readonly part: 'node' | 'agent' | 'path'
  readonly title: string
  readonly state: 'up' | 'down' | 'unknown'
  readonly text: string
}

/** Node, agent, path in a line; the broken one is drawn broken. */
export function Chain(props: { links: readonly Link[] }): JSX.Element {
  return (
    <div class="chain">
      <For each={props.links}>
        {(link, index) => (
          <div>
            <svg viewBox="0 0 160 18" preserveAspectRatio="xMinYMid meet" aria-hidden="true">
              <Line link={link} next={props.links[index() + 1]} />
              <Mark link={link} />
            </svg>
            <b classList={{ 'sev-major': link.state === 'down', dim: link.state === 'unknown' }}>{link.title}</b>
            <p>{link.text}</p>
          </div>
        )}
      </For>
    </div>
  )
}

function Mark(props: { link: Link }): JSX.Element {
  return (
    <Switch>
      <Match when={props.link.part === 'path'}>
        <rect x="2" y="3" width="12" height="12" fill="var(--text)" />
      </Match>
      <Match when={props.link.state === 'up'}>
        <circle cx="8" cy="9" r="6" fill="var(--text)" />
      </Match>
      <Match when={props.link.state === 'down'}>
        <path d="M2 3l12 12M14 3L2 15" stroke="var(--major)" stroke-width="2.5" />
      </Match>
      <Match when={props.link.state === 'unknown'}>
        <circle cx="8" cy="9" r="5" fill="none" stroke="var(--text-2)" stroke-width="1.5" stroke-dasharray="2 2" />
      </Match>
    </Switch>
  )
}

/** The stretch to the next mark: whole, dashed where nothing is known, broken before a path that is down. */
function Line(props: { link: Link; next: Link | undefined }): JSX.Element {
  const isBroken = () => props.next?.part === 'path' && props.next.state === 'down'
  const isWhole = () => props.link.state === 'up' && props.next?.state !== 'unknown'
  return (
    <Switch>
      <Match when={props.next === undefined}>{null}</Match>
      <Match when={isBroken()}>
        <path d="M14 9h58" stroke="var(--text-2)" stroke-width="1.5" />
        <path d="M104 9h70" stroke="var(--major)" stroke-width="1.5" stroke-dasharray="3 4" />
        <path d="M84 17 94 1" stroke="var(--major)" stroke-width="2.5" />
      </Match>
      <Match when={isWhole()}>
        <path d="M14 9h161" stroke="var(--text-2)" stroke-width="1.5" />
      </Match>
      <Match when={true}>
        <path d="M16 9h158" stroke="var(--text-3)" stroke-width="1.5" stroke-dasharray="3 4" />
      </Match>
    </Switch>
  )
}
