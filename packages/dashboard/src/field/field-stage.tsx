import { createEffect, createSignal, For, type JSX, onMount, Show } from 'solid-js'
import type { WireField } from '../feed/wire.ts'
import { countText } from '../format/numbers.ts'
import { type Page, usePage } from '../shell/page.ts'
import { createFieldCanvas, type FieldCanvas } from './field-canvas.ts'
import { createPointedNode, dotFilter, FieldTip, type PointedDot } from './field-tip.tsx'
import { GroupLabel } from './group-label.tsx'
import { groupTitle } from './group-words.ts'
import { dotAt } from './scene.ts'

/** The dots and the labels of their groups. */
export function FieldStage(props: { field: WireField; onDrawn: (canvas: FieldCanvas) => void }): JSX.Element {
  const page = usePage()
  const [drawn, setDrawn] = createSignal<FieldCanvas>()
  const [pointed, setPointed] = createSignal<PointedDot>()
  const node = createPointedNode(page, () => props.field, pointed)
  let canvas!: HTMLCanvasElement
  onMount(() => {
    const made = createFieldCanvas(
      page,
      canvas,
      () => props.field,
      labelPxOf(page, () => props.field),
    )
    setDrawn(made)
    props.onDrawn(made)
  })
  const point = (event: PointerEvent | MouseEvent) => setPointed(dotUnder(event, canvas, drawn()))
  const open = createOpening(
    page,
    () => props.field,
    pointed,
    () => node()?.node,
  )
  const placed = () => {
    const scene = drawn()?.scene()
    return scene === undefined
      ? []
      : props.field.groups.flatMap((group, index) => {
          const place = scene.plan.groups[index]
          return place === undefined ? [] : [{ group, place }]
        })
  }
  return (
    <div class="stage">
      {/* The same by keys: the labels of the groups lead to their nodes. */}
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${countText(props.field.nodes)} nodes as dots, grouped. Each group also has a label with its counts, and “As text” shows a table.`}
        onPointerMove={point}
        onPointerLeave={() => setPointed(undefined)}
        onClick={(event) => {
          point(event)
          open()
        }}
      />
      <For each={placed()}>
        {({ group, place }) => (
          <GroupLabel
            group={group}
            by={props.field.by}
            length={lengthOf(page, props.field, group)}
            place={place}
            scale={drawn()?.scale() ?? 1}
          />
        )}
      </For>
      <Show when={pointed()}>
        {(at) => <FieldTip field={props.field} pointed={at()} node={node()} roomPx={canvas.clientWidth} />}
      </Show>
    </div>
  )
}

function dotUnder(
  event: MouseEvent,
  canvas: HTMLCanvasElement,
  drawn: FieldCanvas | undefined,
): PointedDot | undefined {
  const scene = drawn?.scene()
  if (scene === undefined || drawn === undefined) return undefined
  const box = canvas.getBoundingClientRect()
  const [xPx, yPx] = [event.clientX - box.left, event.clientY - box.top]
  const dot = dotAt(scene, xPx * drawn.scale(), yPx * drawn.scale())
  return dot && { dot, xPx, yPx }
}

/** Opens the node of the dot that is pointed at, as soon as its name is known; where no name can be had, the list of its like. */
function createOpening(
  page: Page,
  field: () => WireField,
  pointed: () => PointedDot | undefined,
  name: () => string | undefined,
): () => void {
  const [isWanted, setWanted] = createSignal(false)
  createEffect(() => {
    if (pointed() === undefined) setWanted(false)
    const node = name()
    if (!isWanted() || node === undefined) return
    setWanted(false)
    page.bar.go({ node })
  })
  return () => {
    const at = pointed()
    if (at === undefined) return
    if (dotFilter(page.bar.address().filter, field(), at.dot) === undefined) page.bar.go({ screen: 'nodes' })
    else setWanted(true)
  }
}

/** Countries of a few nodes stand as their codes; on a phone all do. */
function lengthOf(page: Page, field: WireField, { nodes }: WireField['groups'][number]): 'long' | 'short' {
  return page.isPhone() || nodes < field.nodes / 30 ? 'short' : 'long'
}

/** The room a label needs, by the number of its characters. */
function labelPxOf(page: Page, field: () => WireField) {
  return (group: WireField['groups'][number], scale: number): number => {
    const title = groupTitle(group, field().by, lengthOf(page, field(), group))
    const marks = [group.byActivity.silent, group.byActivity.other_head].filter((count) => count > 0).length
    return scale * (title.length * 6.3 + countText(group.nodes).length * 6 + 12 + marks * 34)
  }
}
