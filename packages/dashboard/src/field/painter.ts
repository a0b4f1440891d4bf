import { dotKinds } from './dots.ts'
import { type FieldColours, rampSteps } from './field-colours.ts'
import type { Scene } from './scene.ts'
import { freshness, reachedMs, type Wave } from './wave.ts'

const regroupMs = 700
const taken = dotKinds.indexOf('taken')

/** Dots on their way from where they stood under another grouping. */
interface Move {
  readonly fromX: Int16Array
  readonly fromY: Int16Array
  readonly startedAt: number
}

/** What one picture was drawn from: `true` while the next would look different. */
export interface Painted {
  readonly isMoving: boolean
}

/** Draws the dots into a canvas, pixel by pixel: 30,000 of them take a few milliseconds. */
export class FieldPainter {
  readonly #canvas: HTMLCanvasElement
  #image: ImageData | undefined
  #pixels = new Uint32Array(0)
  #move: Move | undefined

  constructor(canvas: HTMLCanvasElement) {
    this.#canvas = canvas
  }

  /** Lets the dots go from where they stand in `before` to where they stand in `after`; the same state goes to the same. */
  regroup(before: Scene, after: Scene, now: number): void {
    const [from, to] = [inRank(before), inRank(after)]
    const move = { fromX: new Int16Array(to.length), fromY: new Int16Array(to.length), startedAt: now }
    for (const [rank, dot] of to.entries()) {
      const old = from[Math.floor((rank * from.length) / to.length)] ?? 0
      move.fromX[dot] = before.x[old] ?? 0
      move.fromY[dot] = before.y[old] ?? 0
    }
    this.#move = move
  }

  paint(scene: Scene, colours: FieldColours, wave: Wave | undefined, now: number): Painted {
    const context = this.#canvas.getContext('2d')
    const image = this.#blank()
    if (context === null || image === undefined) return { isMoving: false }
    const way = this.#wayAt(now, scene.x.length)
    const [wide, high] = [dotSize(scene.plan.pitchX), dotSize(scene.plan.pitchY)]
    let isMoving = way < 1
    for (let dot = 0; dot < scene.x.length; dot++) {
      const { colour, isFresh } = colourOf(scene, dot, colours, wave, now)
      isMoving ||= isFresh
      this.#square(this.#along(scene.x, 'fromX', dot, way), this.#along(scene.y, 'fromY', dot, way), wide, high, colour)
    }
    context.putImageData(image, 0, 0)
    return { isMoving }
  }

  #blank(): ImageData | undefined {
    const { width, height } = this.#canvas
    if (width === 0 || height === 0) return undefined
    if (this.#image?.width !== width || this.#image.height !== height) {
      this.#image = new ImageData(width, height)
      this.#pixels = new Uint32Array(this.#image.data.buffer)
    }
    this.#pixels.fill(0)
    return this.#image
  }

  /** How much of the way to their places the dots have behind them, slowing down at its end. */
  #wayAt(now: number, dots: number): number {
    if (this.#move === undefined) return 1
    const share = Math.min(1, (now - this.#move.startedAt) / regroupMs)
    if (share === 1 || this.#move.fromX.length !== dots) this.#move = undefined
    return this.#move === undefined ? 1 : 1 - (1 - share) ** 3
  }

  #along(to: Int16Array, from: 'fromX' | 'fromY', dot: number, way: number): number {
    const end = to[dot] ?? 0
    const start = this.#move?.[from][dot] ?? end
    return Math.round(start + (end - start) * way)
  }

  #square(x: number, y: number, wide: number, high: number, colour: number): void {
    const { width, height } = this.#canvas
    if (x < 0 || y < 0 || x + wide > width || y + high > height) return
    for (let row = y; row < y + high; row++) this.#pixels.fill(colour, row * width + x, row * width + x + wide)
  }
}

function colourOf(scene: Scene, dot: number, colours: FieldColours, wave: Wave | undefined, now: number) {
  const kind = scene.kinds[dot] ?? 0
  const name = dotKinds[kind] ?? 'unknown'
  if (kind !== taken || wave === undefined) return { colour: colours.byKind[name], isFresh: false }
  const fresh = freshness(wave, reachedMs(wave, now), scene.delaysMs[dot] ?? 0)
  if (fresh < 0) return { colour: colours.byKind.waiting, isFresh: true }
  const step = Math.min(rampSteps - 1, Math.floor((1 - fresh) * rampSteps))
  return { colour: colours.ramp[step] ?? colours.byKind.taken, isFresh: fresh > 0 }
}

/** A little more than a quarter of the pitch stays free between dots. */
function dotSize(pitch: number): number {
  return Math.max(1, pitch - Math.max(1, Math.round(pitch * 0.28)))
}

/** The dots by what they say and how late they were. */
function inRank({ kinds, delaysMs }: Scene): Uint32Array {
  return Uint32Array.from(kinds.keys()).sort(
    (one, other) => (kinds[one] ?? 0) - (kinds[other] ?? 0) || (delaysMs[one] ?? 0) - (delaysMs[other] ?? 0),
  )
}
