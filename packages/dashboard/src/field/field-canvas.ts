import { type Accessor, createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js'
import type { WireField } from '../feed/wire.ts'
import { createMedia } from '../shell/media.ts'
import type { Page } from '../shell/page.ts'
import { type FieldColours, readColours } from './field-colours.ts'
import { FieldPainter } from './painter.ts'
import { planScene, type Scene, type ScenePlan, sceneOf, stillFits } from './scene.ts'
import type { ShelfRoom } from './shelves.ts'
import { reachedMs, type Wave, waveOf } from './wave.ts'

/** The field as it is drawn. */
export interface FieldCanvas {
  readonly scene: Accessor<Scene | undefined>
  /** Device pixels in a CSS pixel. */
  readonly scale: Accessor<number>
  readonly wave: Accessor<Wave | undefined>
  /** Where the wave is, ten times a second; undefined while nothing moves. */
  readonly reached: Accessor<number | undefined>
}

/** Room kept free below the last shelf, in CSS pixels. */
const footPx = 10
const tellEachMs = 100

/** Draws `field` into `canvas` for as long as the calling owner lives; both fill the canvas's parent. */
export function createFieldCanvas(
  page: Page,
  canvas: HTMLCanvasElement,
  field: Accessor<WireField>,
  labelPx: (group: WireField['groups'][number], scale: number) => number,
): FieldCanvas {
  const room = createRoom(canvas)
  const plan = createMemo<{ readonly places: ScenePlan; readonly of: string } | undefined>((before) => {
    const [now, size] = [field(), room()]
    if (size === undefined) return undefined
    const of = `${size.widthPx} ${size.heightPx} ${now.by} ${now.groups.map(({ key }) => key).join()}`
    if (before?.of === of && stillFits(now, before.places)) return before
    const places = planScene(now, size, (group) => labelPx(group, size.scale))
    return places && { places, of }
  })
  const scene = createMemo(() => {
    const planned = plan()
    return planned && sceneOf(field(), planned.places)
  })
  const wave = createWave(page, field)
  const reached = paintScenes(page, canvas, () => field().by, scene, wave)
  return { scene, scale: () => room()?.scale ?? 1, wave, reached }
}

/** The room of the canvas's parent, and the canvas as large as it. */
function createRoom(canvas: HTMLCanvasElement): Accessor<ShelfRoom | undefined> {
  const [room, setRoom] = createSignal<ShelfRoom>()
  const watch = new ResizeObserver(([entry]) => {
    const scale = Math.max(1, devicePixelRatio)
    const { width = 0, height = 0 } = entry?.contentRect ?? {}
    canvas.width = Math.floor(width * scale)
    canvas.height = Math.floor(height * scale)
    setRoom({ widthPx: canvas.width, heightPx: Math.max(0, canvas.height - footPx * scale), scale })
  })
  if (canvas.parentElement !== null) watch.observe(canvas.parentElement)
  onCleanup(() => watch.disconnect())
  return room
}

/** A wave for each new head, from when it was first seen; none where motion is not wanted. */
function createWave(page: Page, field: Accessor<WireField>): Accessor<Wave | undefined> {
  const isStill = createMedia('(prefers-reduced-motion: reduce)')
  const hash = createMemo(() => field().head?.hash)
  return createMemo(
    on([hash, isStill], ([, still]) => {
      const { head } = field()
      if (still || head === undefined) return undefined
      const ageMs = Math.max(0, (page.feed.dataAt() ?? head.firstSeenAt) - head.firstSeenAt)
      return waveOf(performance.now() - ageMs, page.summary()?.blockTimeS)
    }),
  )
}

/** Paints what changes, frame by frame while something moves. Gives where the wave is. */
function paintScenes(
  page: Page,
  canvas: HTMLCanvasElement,
  by: Accessor<string>,
  scene: Accessor<Scene | undefined>,
  wave: Accessor<Wave | undefined>,
): Accessor<number | undefined> {
  const painter = new FieldPainter(canvas)
  const [reached, setReached] = createSignal<number>()
  let colours: FieldColours | undefined
  let frame = 0
  let toldAt = 0
  const tell = (isMoving: boolean, now: number) => {
    const running = wave()
    if (isMoving && now - toldAt < tellEachMs) return
    toldAt = now
    setReached(isMoving && running !== undefined ? reachedMs(running, now) : undefined)
  }
  const paint = (now: number) => {
    frame = 0
    const drawn = scene()
    if (drawn === undefined) return
    colours ??= readColours(canvas)
    const { isMoving } = painter.paint(drawn, colours, wave(), now)
    tell(isMoving, now)
    if (isMoving && page.feed.connection().kind !== 'lost') askFrame()
  }
  const askFrame = () => {
    if (frame === 0) frame = requestAnimationFrame(paint)
  }
  createEffect(
    on([scene, wave, by], ([now], before) => {
      const [old, , oldBy] = before ?? []
      if (now !== undefined && old !== undefined && oldBy !== by() && wave() !== undefined)
        painter.regroup(old, now, performance.now())
      askFrame()
    }),
  )
  // The document takes its theme in an effect of its own: the colours are read after all of them.
  createEffect(
    on(
      () => [page.bar.address().theme, page.feed.connection().kind],
      () =>
        queueMicrotask(() => {
          colours = undefined
          askFrame()
        }),
    ),
  )
  onCleanup(() => cancelAnimationFrame(frame))
  return reached
}
