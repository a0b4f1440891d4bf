import type { WireField } from '../feed/wire.ts'
import { dotCount, type DotKind, dotKinds, dotsOf, type GroupDots } from './dots.ts'
import { planShelves, type ShelfPlan, type ShelfRoom } from './shelves.ts'

/** Every dot of the field: what it says and where it stands. Places are in device pixels. */
export interface Scene {
  readonly plan: ShelfPlan
  /** Nodes that one dot stands for. */
  readonly per: number
  readonly groups: readonly { readonly dots: GroupDots; readonly from: number }[]
  readonly kinds: Uint8Array
  readonly delaysMs: Float32Array
  readonly x: Int16Array
  readonly y: Int16Array
}

export interface DotAt {
  readonly group: number
  readonly kind: DotKind
  readonly delayMs: number
  /** Its place among the nodes of the group that do the same. */
  readonly place: number
}

/** Where the dots of a field stand: the same as long as its groups, their sizes and the room are the same. */
export interface ScenePlan {
  readonly plan: ShelfPlan
  readonly per: number
  /** Dots of each group. */
  readonly sizes: readonly number[]
  readonly x: Int16Array
  readonly y: Int16Array
}

/** Nodes a dot may stand for, tried in turn. */
const pers = [1, 4, 16, 64, 256]
/** Below so many CSS pixels from dot to dot the next step is taken. */
const leastPitch = 3

/** Places the dots of a field; `labelPx` gives the room a group's label needs. Undefined where nothing fits. */
export function planScene(
  field: WireField,
  room: ShelfRoom,
  labelPx: (group: WireField['groups'][number]) => number,
): ScenePlan | undefined {
  for (const per of pers) {
    const items = field.groups.map((group) => ({ dots: dotCount(group, per), labelPx: labelPx(group) }))
    const plan = items.length === 0 ? undefined : planShelves(items, room)
    if (plan === undefined || plan.pitchX < leastPitch * room.scale) continue
    const total = items.reduce((sum, { dots }) => sum + dots, 0)
    const places = {
      plan,
      per,
      sizes: items.map(({ dots }) => dots),
      x: new Int16Array(total),
      y: new Int16Array(total),
    }
    let from = 0
    for (const [index, { dots }] of items.entries()) {
      placeGroup(places, index, from, dots)
      from += dots
    }
    return places
  }
  return undefined
}

/** Dots fill a group along a slant, so that its end is its lower right corner. */
function placeGroup({ plan, x, y }: ScenePlan, index: number, from: number, dots: number): void {
  const group = plan.groups[index]
  if (group === undefined) return
  const cells = Array.from({ length: group.columns * group.rows }, (_, cell) => {
    return { column: Math.floor(cell / group.rows), row: cell % group.rows }
  }).toSorted((one, other) => one.column + one.row * 0.42 - other.column - other.row * 0.42)
  const top = group.yPx + plan.labelHeightPx
  for (let dot = 0; dot < dots; dot++) {
    const cell = cells[dot]
    if (cell === undefined) return
    x[from + dot] = group.xPx + cell.column * plan.pitchX
    y[from + dot] = top + cell.row * plan.pitchY
  }
}

/** The dots of a field as it is now, at their places. Only where the field still fits its plan. */
export function sceneOf(field: WireField, places: ScenePlan): Scene {
  const kinds = new Uint8Array(places.x.length)
  const delaysMs = new Float32Array(places.x.length)
  let from = 0
  const groups = field.groups.map((group) => {
    const dots = dotsOf(group, places.per)
    const start = from
    kinds.set(dots.kinds, start)
    delaysMs.set(dots.delaysMs, start)
    from += dots.kinds.length
    return { dots, from: start }
  })
  return { ...places, groups, kinds, delaysMs }
}

/** Whether a field has as many dots in each group as when its places were planned. */
export function stillFits(field: WireField, { sizes, per }: ScenePlan): boolean {
  return field.groups.length === sizes.length && field.groups.every((group, at) => dotCount(group, per) === sizes[at])
}

/** The dot at a place in device pixels. */
export function dotAt(scene: Scene, xPx: number, yPx: number): DotAt | undefined {
  const { x, y, plan } = scene
  for (let index = 0; index < x.length; index++) {
    const [left = 0, top = 0] = [x[index], y[index]]
    if (xPx < left || yPx < top || xPx >= left + plan.pitchX || yPx >= top + plan.pitchY) continue
    const group = scene.groups.findLastIndex(({ from }) => from <= index)
    const kind = dotKinds[scene.kinds[index] ?? 0] ?? 'unknown'
    const own = scene.groups[group]
    const place = own?.dots.places[index - own.from] ?? 0
    return { group, kind, delayMs: scene.delaysMs[index] ?? 0, place }
  }
  return undefined
}
