/** A group as it is to be placed: its dots and the room its label needs, in device pixels. */
export interface ShelfItem {
  readonly dots: number
  readonly labelPx: number
}

export interface ShelfRoom {
  readonly widthPx: number
  readonly heightPx: number
  /** Device pixels in a CSS pixel. */
  readonly scale: number
}

/** Where a group stands. All in device pixels; the label stands on top. */
export interface PlacedGroup {
  readonly xPx: number
  readonly yPx: number
  readonly roomPx: number
  readonly columns: number
  readonly rows: number
}

export interface ShelfPlan {
  /** From one dot to the next. */
  readonly pitchX: number
  readonly pitchY: number
  readonly labelHeightPx: number
  readonly groups: readonly PlacedGroup[]
}

interface Shelf {
  readonly rows: number
  readonly items: readonly { readonly columns: number; readonly rows: number; readonly widthPx: number }[]
}

const mostShelves = 7
const mostRows = 400
const largestPitch = 22
const labelHeight = 20
const gap = 14

/**
 * Groups on shelves in the order given: every shelf is filled over its width, and the dots are as large as the room
 * allows. Undefined when even the smallest do not fit.
 */
export function planShelves(items: readonly ShelfItem[], room: ShelfRoom): ShelfPlan | undefined {
  const splits = Array.from({ length: Math.min(mostShelves, items.length) }, (_, index) =>
    split(items, index + 1, room),
  )
  for (const [pitchX, pitchY] of pitches(room.scale)) {
    const fitting = splits
      .map((shelves) => fill(shelves, room, pitchX, pitchY))
      .filter((filled) => filled !== undefined)
      .toSorted((one, other) => one.strain - other.strain)
    if (fitting[0] !== undefined) return placed(fitting[0].shelves, room, pitchX, pitchY)
  }
  return undefined
}

/** Largest first. On a coarse screen a dot may be a little higher than wide, so that there are steps between the sizes. */
function pitches(scale: number): readonly (readonly [number, number])[] {
  const most = Math.round(largestPitch * scale)
  return Array.from({ length: most - 1 }, (_, index) => most - index).flatMap((pitch) =>
    scale < 2
      ? [
          [pitch, pitch + 1],
          [pitch, pitch],
        ]
      : [[pitch, pitch]],
  )
}

/** `count` shelves, more only where their labels need them, of which the fullest holds as few dots as possible. */
function split(items: readonly ShelfItem[], count: number, room: ShelfRoom): readonly (readonly ShelfItem[])[] {
  let least = Math.max(...items.map(({ dots }) => dots))
  let most = items.reduce((sum, { dots }) => sum + dots, 0)
  while (least < most) {
    const middle = (least + most) >> 1
    if (shelvesOf(items, middle, room).length <= count) most = middle
    else least = middle + 1
  }
  return shelvesOf(items, least, room)
}

function shelvesOf(
  items: readonly ShelfItem[],
  mostDots: number,
  { widthPx, scale }: ShelfRoom,
): readonly (readonly ShelfItem[])[] {
  const shelves: ShelfItem[][] = [[]]
  let [dots, labelsPx] = [0, 0]
  for (const item of items) {
    const isFull = dots + item.dots > mostDots || labelsPx + item.labelPx > widthPx
    if (dots > 0 && isFull) {
      shelves.push([])
      dots = 0
      labelsPx = 0
    }
    shelves.at(-1)?.push(item)
    dots += item.dots
    labelsPx += item.labelPx + gap * scale
  }
  return shelves
}

function fill(
  shelves: readonly (readonly ShelfItem[])[],
  { widthPx, heightPx, scale }: ShelfRoom,
  pitchX: number,
  pitchY: number,
): { readonly shelves: readonly Shelf[]; readonly strain: number } | undefined {
  const filled: Shelf[] = []
  let height = (shelves.length - 1) * 6 * scale
  let strain = 0
  for (const items of shelves) {
    const shelf = fillShelf(items, widthPx - gap * scale * (items.length - 1), pitchX)
    if (shelf === undefined) return undefined
    height += shelf.rows * pitchY + labelHeight * scale
    if (height > heightPx) return undefined
    filled.push(shelf)
    // Twice as wide as high is what reads best.
    for (const [index, { columns }] of shelf.items.entries())
      strain += Math.abs(Math.log((columns * pitchX) / (shelf.rows * pitchY) / 2)) * (items[index]?.dots ?? 0)
  }
  return { shelves: filled, strain }
}

/** The fewest rows with which the items of a shelf stand side by side. */
function fillShelf(items: readonly ShelfItem[], widthPx: number, pitchX: number): Shelf | undefined {
  const dots = items.reduce((sum, item) => sum + item.dots, 0)
  for (let rows = Math.max(3, Math.ceil((dots * pitchX) / widthPx)); rows < mostRows; rows++) {
    const sized = items.map((item) => {
      const columns = Math.max(1, Math.ceil(item.dots / rows))
      return { columns, rows: Math.min(rows, item.dots), widthPx: Math.max(columns * pitchX, item.labelPx) }
    })
    if (sized.reduce((sum, item) => sum + item.widthPx, 0) <= widthPx) return { rows, items: sized }
    if (rows > dots) return undefined
  }
  return undefined
}

function placed(shelves: readonly Shelf[], room: ShelfRoom, pitchX: number, pitchY: number): ShelfPlan {
  const { widthPx, heightPx, scale } = room
  const labelHeightPx = Math.round(labelHeight * scale)
  const used = shelves.reduce((sum, { rows }) => sum + rows * pitchY + labelHeightPx, 0)
  const between = shelves.length < 2 ? 0 : Math.min((heightPx - used) / (shelves.length - 1), 26 * scale)
  const groups: PlacedGroup[] = []
  let yPx = 0
  for (const { rows, items } of shelves) {
    const width = items.reduce((sum, item) => sum + item.widthPx, 0)
    const beside = items.length < 2 ? widthPx - width : Math.min((widthPx - width) / (items.length - 1), 60 * scale)
    let xPx = 0
    for (const item of items) {
      const roomPx = item.widthPx + beside
      groups.push({ xPx: Math.round(xPx), yPx: Math.round(yPx), roomPx, columns: item.columns, rows: item.rows })
      xPx += roomPx
    }
    yPx += rows * pitchY + labelHeightPx + between
  }
  return { pitchX, pitchY, labelHeightPx, groups }
}
