import type { JSX } from 'solid-js'
import type { WireNode } from '../feed/wire.ts'
import { countText, percentText } from '../format/numbers.ts'
import { activityLook, Glyph, type GlyphName } from '../shell/glyph.tsx'

const silenceLook: Readonly<Record<string, readonly [GlyphName, string, string]>> = {
  node: ['nodeDown', 'node down', 'sev-critical'],
  agent: ['agentDown', 'agent down', 'sev-warning'],
  path: ['pathDown', 'path down', 'sev-major'],
  unclear: ['notKnown', 'silent', 'sev-minor'],
}

/** Glyph, word and tone of a node's state, with how far behind it is. */
export function StateTag(props: { node: WireNode }): JSX.Element {
  const look = () => stateLook(props.node)
  return (
    <span class={`state ${look()[2]}`}>
      <Glyph name={look()[0]} />
      <span>
        {look()[1]}
        {suffix(props.node)}
      </span>
    </span>
  )
}

/** Glyph, word and class of a node's state. */
function stateLook(node: WireNode): readonly [GlyphName, string, string] {
  if (node.activity !== 'silent') return activityLook[node.activity]
  return silenceLook[node.silence?.cause ?? 'unclear'] ?? activityLook.silent
}

function suffix({ activity, behind, syncProgress }: WireNode): string {
  if (activity === 'behind' && behind !== undefined) return ` ${countText(behind)}`
  if (activity === 'syncing' && syncProgress !== undefined) return ` ${percentText(syncProgress, 0)}`
  return ''
}
