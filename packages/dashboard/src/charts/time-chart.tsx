import { createEffect, createMemo, createSignal, type JSX, on, onCleanup, onMount } from 'solid-js'
import uPlot from 'uplot'
import { countOf, shortNumber } from '../format/numbers.ts'
import { usePage } from '../shell/page.ts'

/** One line over time. `times` are seconds since the epoch, ascending. */
export interface ChartData {
  readonly times: readonly number[]
  readonly values: readonly (number | null)[]
}

/** A stretch without data, in milliseconds since the epoch. */
export interface ChartHole {
  readonly from: number
  readonly to: number
}

interface TimeChartProps {
  readonly title: string
  readonly chart: ChartData | undefined
  readonly fromS: number
  readonly toS: number
  /** Drawn dotted. */
  readonly holes: readonly ChartHole[]
  /** The moment under the shared pointer; undefined when it left. */
  readonly onPoint: (atS: number | undefined) => void
}

const heightPx = 42

/** A small line with its title and newest value; all charts of a panel share one pointer. */
export function TimeChart(props: TimeChartProps): JSX.Element {
  const page = usePage()
  const [pointed, setPointed] = createSignal<number | null>()
  let place!: HTMLDivElement
  let plot: uPlot | undefined
  const data = () => [[...(props.chart?.times ?? [])], [...(props.chart?.values ?? [])]] as uPlot.AlignedData
  const newest = createMemo(() => props.chart?.values.findLast((value) => value !== null))
  const shown = () => {
    const value = pointed() === undefined ? newest() : pointed()
    return value === null || value === undefined ? '–' : shortNumber(value)
  }
  const said = () => {
    const known = (props.chart?.values ?? []).filter((value) => value !== null)
    const holes = props.holes.length === 0 ? '' : ` ${countOf(props.holes.length, 'hole')} in it: nothing was received.`
    return `${props.title}: now ${shown()}, lowest ${shortNumber(Math.min(...known))}, highest ${shortNumber(Math.max(...known))}.${holes}`
  }
  const draw = () => {
    plot?.destroy()
    plot = new uPlot(optionsOf(props, place.clientWidth, setPointed), data(), place)
  }
  onMount(draw)
  // A canvas takes no custom properties: another theme is another drawing.
  createEffect(
    on(
      () => page.bar.address().theme,
      () => queueMicrotask(draw),
      { defer: true },
    ),
  )
  createEffect(
    on(
      [() => props.chart, () => props.toS, () => props.holes],
      () => {
        plot?.batch(() => {
          plot?.setData(data(), false)
          plot?.setScale('x', { min: props.fromS, max: props.toS })
        })
      },
      { defer: true },
    ),
  )
  const sizes = new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height: heightPx }))
  onMount(() => sizes.observe(place))
  onCleanup(() => {
    sizes.disconnect()
    plot?.destroy()
  })
  return (
    <figure class="ch">
      <figcaption class="k">
        <span title={props.title}>{props.title}</span>
        <b>{shown()}</b>
      </figcaption>
      <div ref={place} class="plot" role="img" aria-label={said()} />
    </figure>
  )
}

function optionsOf(
  props: TimeChartProps,
  width: number,
  setPointed: (value: number | null | undefined) => void,
): uPlot.Options {
  const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  return {
    width,
    height: heightPx,
    padding: [3, 0, 3, 0],
    legend: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: {
      x: { time: true, auto: false, min: props.fromS, max: props.toS },
      y: { range: (_plot, low, high) => rangeOf(low, high) },
    },
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 5 }, sync: { key: 'panel' } },
    series: [
      {},
      { stroke: color('--series-1'), width: 1.3, fill: color('--series-fill'), points: { size: 3 }, spanGaps: false },
    ],
    hooks: {
      drawClear: [(plot) => dotHoles(plot, props.holes, color('--grid'), color('--text-3'))],
      setCursor: [
        (plot) => {
          const index = plot.cursor.idx
          const isInside = (plot.cursor.left ?? -1) >= 0 && index !== null && index !== undefined
          setPointed(isInside ? (plot.data[1]?.[index] ?? null) : undefined)
          props.onPoint(isInside ? plot.data[0][index] : undefined)
        },
      ],
    },
  }
}

/** What is not known is drawn as not known: shaded, with dots where the line would be. */
function dotHoles(plot: uPlot, holes: readonly ChartHole[], shade: string, dots: string): void {
  const { ctx, bbox } = plot
  const pixel = uPlot.pxRatio
  ctx.save()
  for (const { from, to } of holes) {
    const left = Math.max(bbox.left, plot.valToPos(from / 1000, 'x', true))
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(to / 1000, 'x', true))
    if (right <= left) continue
    ctx.fillStyle = shade
    ctx.fillRect(left, bbox.top, right - left, bbox.height)
    ctx.fillStyle = dots
    for (let x = left + 3 * pixel; x < right; x += 5 * pixel) ctx.fillRect(x, bbox.top + bbox.height / 2, pixel, pixel)
  }
  ctx.restore()
}

/** From zero where the line comes near it, else close around it, so that neither jitter nor change is hidden. */
function rangeOf(low: number, high: number): [number, number] {
  const span = high - low
  if (low >= 0 && (low < span * 2 || high === 0)) return [0, high === 0 ? 1 : high * 1.1]
  const room = span === 0 ? Math.abs(high) * 0.5 : span * 0.5
  return [Math.max(low >= 0 ? 0 : Number.NEGATIVE_INFINITY, low - room), high + room]
}
