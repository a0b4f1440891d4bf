import { silenceRepair } from '@headwatch/protocol'
import { For, type JSX, Show } from 'solid-js'
import type { WireNode } from '../feed/wire.ts'
import { ageText } from '../format/ages.ts'
import { blockTail, countOf, durationText, percentText } from '../format/numbers.ts'
import { Outside } from '../shell/outside.tsx'
import { usePage } from '../shell/page.ts'
import { Chain, type Link } from './chain.tsx'

/** What is wrong, in words, with the chain node, agent, path under it and the evidence. */
export function Verdict(props: { node: WireNode }): JSX.Element {
  const page = usePage()
  return (
    <section
      class="sec verdict"
      classList={{ silent: props.node.activity === 'silent' }}
      aria-label={props.node.activity === 'silent' ? 'Why is it silent' : 'How is it'}
    >
      <p class="say">
        <Say node={props.node} now={page.feed.now()} />
      </p>
      <Show when={silenceOf(props.node)}>
        {(verdict) => (
          <p class="repair">
            <b>Next:</b> {silenceRepair(verdict().cause)}
          </p>
        )}
      </Show>
      <Chain links={linksOf(props.node, page.feed.now())} />
      <Show when={props.node.silence?.evidence.length}>
        <ul class="evidence">
          <For each={props.node.silence?.evidence}>
            {(sentence) => (
              <li>
                <Outside text={sentence} />
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  )
}

function Say(props: { node: WireNode; now: number }): JSX.Element {
  return (
    <Show when={silenceOf(props.node)} fallback={<Sound node={props.node} now={props.now} />}>
      {(verdict) => (
        <>
          <b>{`Silent ${ageText(props.now - verdict().since)}: ${causeWords[verdict().cause]}.`}</b>
          {verdict().cause !== 'unclear' && verdict().confidence === 'inferred'
            ? ' That is the most likely of several causes.'
            : ''}
        </>
      )}
    </Show>
  )
}

function Sound(props: { node: WireNode; now: number }): JSX.Element {
  const words = () => {
    const { activity, behind, syncProgress } = props.node
    switch (activity) {
      case 'in_sync':
        return 'In sync'
      case 'behind':
        return behind === undefined ? 'Behind the network' : `${countOf(behind, 'block')} behind the network`
      case 'syncing':
        return syncProgress === undefined ? 'Syncing' : `Syncing, ${percentText(syncProgress)} done`
      case 'other_head':
        return 'Follows another head than most'
      case 'silent':
        return 'Silent'
      case 'unknown':
        return 'Has not said enough yet'
    }
  }
  return (
    <>
      <b>{words()}.</b> {`Last heard ${ageText(props.now - props.node.lastSeenAt)} ago.`}
    </>
  )
}

function silenceOf(node: WireNode): WireNode['silence'] {
  return node.activity === 'silent' ? node.silence : undefined
}

const causeWords = {
  node: 'the node is down',
  agent: 'the agent is down',
  path: 'the path is down',
  unclear: 'not enough is known to say why',
}

/** Node, agent and path; beyond the broken link nothing can be known, only supposed. */
function linksOf(node: WireNode, now: number): readonly Link[] {
  const cause = node.activity === 'silent' ? (node.silence?.cause ?? 'unclear') : undefined
  const word = (name: string, part: Link['part']): Pick<Link, 'part' | 'title' | 'state'> => {
    if (cause === undefined) return { part, title: `${name} up`, state: 'up' }
    if (cause === part) return { part, title: `${name} down`, state: 'down' }
    return supposed(name, part, cause)
  }
  const { head, clock, latencyMs } = node
  const took = head?.propagationMs === undefined ? '' : `, taken after ${durationText(head.propagationMs)}`
  return [
    {
      ...word('Node', 'node'),
      text:
        head === undefined
          ? 'no block yet'
          : `block ${blockTail(head.number)} ${ageText(now - head.seenAt)} ago${took}`,
    },
    {
      ...word('Agent', 'agent'),
      text:
        clock === undefined ? 'clock not measured' : `clock ${signed(clock.offsetMs)} ms ±${Math.round(clock.errorMs)}`,
    },
    {
      ...word('Path', 'path'),
      text:
        cause === undefined && latencyMs !== undefined
          ? `latency ${durationText(latencyMs)}`
          : `last heard ${ageText(now - node.lastSeenAt)} ago`,
    },
  ]
}

/** What stands before the broken link most likely runs; behind a dead agent nobody can say. */
function supposed(name: string, part: Link['part'], cause: string): Pick<Link, 'part' | 'title' | 'state'> {
  if (cause === 'node') return { part, title: `${name} up`, state: 'up' }
  if (cause === 'path') return { part, title: `${name} most likely up`, state: 'up' }
  return { part, title: `${name} not known`, state: 'unknown' }
}

function signed(ms: number): string {
  return `${ms < 0 ? '−' : '+'}${Math.abs(Math.round(ms))}`
}
