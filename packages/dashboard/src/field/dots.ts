import type { NodeActivity } from '@headwatch/protocol'
import { type FieldGroup, fieldStepMs } from '@headwatch/protocol/reporting'

/** What a dot says of its nodes, in the order they fill a group: what deviates gathers at its end. */
export const dotKinds = [
  'taken',
  'untimed',
  'waiting',
  'unknown',
  'syncing',
  'behind',
  'other_head',
  'unclear',
  'silent',
] as const

export type DotKind = (typeof dotKinds)[number]

/** The nodes of one activity are sorted as the dots are, so that a dot's place among them finds its node. */
export const activityOf: Readonly<Record<DotKind, NodeActivity>> = {
  taken: 'in_sync',
  untimed: 'in_sync',
  waiting: 'in_sync',
  unknown: 'unknown',
  syncing: 'syncing',
  behind: 'behind',
  other_head: 'other_head',
  unclear: 'silent',
  silent: 'silent',
}

/** The dots of one group, in order. */
export interface GroupDots {
  readonly kinds: Uint8Array
  /** Milliseconds after the first sighting; 0 but for `taken`. */
  readonly delaysMs: Float32Array
  /** The place of a dot's first node among all of the group with its activity. */
  readonly places: Uint32Array
}

/** Dots for a group, one for each `per` nodes that do the same. */
export function dotsOf(group: FieldGroup, per: number): GroupDots {
  const counts = countsOf(group)
  const size = dotCount(group, per)
  const dots = { kinds: new Uint8Array(size), delaysMs: new Float32Array(size), places: new Uint32Array(size) }
  const delays = delaysOf(group)
  let at = 0
  for (const kinds of parts) {
    const total = nodesOf(kinds, counts)
    for (let place = 0; place < total; place += per) {
      const kind = kindAt(place, kinds, counts)
      dots.kinds[at] = dotKinds.indexOf(kind)
      dots.delaysMs[at] = kind === 'taken' ? (delays[place] ?? 0) : 0
      dots.places[at] = place
      at++
    }
  }
  return dots
}

/** How many dots a group has. */
export function dotCount(group: FieldGroup, per: number): number {
  const counts = countsOf(group)
  return parts.reduce((sum, kinds) => sum + Math.ceil(nodesOf(kinds, counts) / per), 0)
}

type Counts = Readonly<Record<DotKind, number>>

/** Kinds that share dots: with four nodes a dot, the fourth of those in sync may still wait. */
const parts: readonly (readonly DotKind[])[] = [
  ['taken', 'untimed', 'waiting'],
  ['unknown'],
  ['syncing'],
  ['behind'],
  ['other_head'],
  ['unclear', 'silent'],
]

function nodesOf(kinds: readonly DotKind[], counts: Counts): number {
  return kinds.reduce((sum, kind) => sum + counts[kind], 0)
}

/** What the node at `place` among those of `kinds` does. */
function kindAt(place: number, kinds: readonly DotKind[], counts: Counts): DotKind {
  let before = 0
  for (const kind of kinds) {
    before += counts[kind]
    if (place < before) return kind
  }
  return 'unknown'
}

function countsOf({ byActivity, taken, untimed, unclear }: FieldGroup): Counts {
  const timed = taken.reduce((sum, value, index) => sum + (index % 2 === 1 ? value : 0), 0)
  return {
    taken: timed,
    untimed,
    waiting: Math.max(0, byActivity.in_sync - timed - untimed),
    unknown: byActivity.unknown,
    syncing: byActivity.syncing,
    behind: byActivity.behind,
    other_head: byActivity.other_head,
    unclear,
    silent: byActivity.silent - unclear,
  }
}

/** One delay for each node that took the head, ascending; spread over its step, so that the wave runs smoothly. */
function delaysOf({ taken }: FieldGroup): Float32Array {
  const delays: number[] = []
  for (let pair = 0; pair + 1 < taken.length; pair += 2) {
    const [step = 0, count = 0] = [taken[pair], taken[pair + 1]]
    for (let one = 0; one < count; one++) delays.push((step + one / count) * fieldStepMs)
  }
  return Float32Array.from(delays)
}
