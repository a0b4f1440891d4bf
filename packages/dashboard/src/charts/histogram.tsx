import type { PropagationBucket } from '@headwatch/protocol'
import { createMemo, For, type JSX } from 'solid-js'
import { countOf, durationText } from '../format/numbers.ts'
import { percentileOf } from '../format/percentile.ts'
import { shownBuckets } from './shown-buckets.ts'

const width = 344
const height = 104
const barRoom = 92

/** Bars of counts, a line of the share reached, and marks at p50, p95 and p99 with the clocks' error on the axis. */
export function Histogram(props: { buckets: readonly PropagationBucket[]; clockErrorMs: number }): JSX.Element {
  const shown = createMemo(() => shownBuckets(props.buckets))
  const total = createMemo(() => props.buckets.reduce((sum, { count }) => sum + count, 0))
  const most = createMemo(() => Math.max(1, ...shown().map(({ count }) => count)))
  const openFrom = () => shown().at(-1)?.fromMs ?? 1000
  const slot = () => width / Math.max(1, shown().length)
  /** The open bucket has a slot of its own at the end; below it the axis is linear. */
  const xOf = (ms: number) => Math.min(width, (ms / Math.max(1, openFrom())) * (width - slot()))
  const line = createMemo(() => {
    let reached = 0
    const steps = shown().map(({ count }, index) => {
      reached += count
      return `L${((index + 1) * slot()).toFixed(1)} ${(height - (reached / total()) * barRoom).toFixed(1)}`
    })
    return `M0 ${height}${steps.join('')}`
  })
  const marks = createMemo(() =>
    [
      ['p50', 0.5],
      ['p95', 0.95],
      ['p99', 0.99],
    ].flatMap(([label, share]) => {
      const percentile = percentileOf(props.buckets, Number(share))
      return percentile === undefined ? [] : [{ label: String(label), ...percentile }]
    }),
  )
  const said = () =>
    `Histogram of propagation delay over ${countOf(total(), 'report')}. ${marks()
      .map(({ label, ms, reads }) => `${label} ${reads === 'atLeast' ? 'at least ' : ''}${durationText(ms)}`)
      .join(', ')}.`
  return (
    <svg viewBox={`0 0 ${width} 126`} role="img" aria-label={said()}>
      <For each={[0, 0.5, 1]}>
        {(share) => <path d={`M0 ${height - share * barRoom}H${width}`} stroke="var(--grid)" />}
      </For>
      <For each={shown()}>
        {({ count }, index) => (
          <rect
            x={index() * slot() + 0.5}
            y={height - (count / most()) * barRoom}
            width={Math.max(0.5, slot() - 1.5)}
            height={(count / most()) * barRoom}
            fill="var(--series-2)"
            opacity={index() === shown().length - 1 ? 0.55 : 0.85}
          />
        )}
      </For>
      <path d={line()} fill="none" stroke="var(--head)" stroke-width="1.5" />
      <For each={marks()}>
        {({ label, ms }, index) => (
          <g>
            <path d={`M${xOf(ms)} 6V${height}`} stroke="var(--text-2)" stroke-dasharray="2 3" />
            <path
              d={`M${xOf(Math.max(0, ms - props.clockErrorMs))} ${height}H${xOf(ms + props.clockErrorMs)}`}
              stroke="var(--text)"
              stroke-width="3"
            />
            <text
              x={xOf(ms) + (xOf(ms) > width - 26 ? -4 : 4)}
              y={13 + 13 * (index() % 3)}
              text-anchor={xOf(ms) > width - 26 ? 'end' : 'start'}
              fill="var(--text-2)"
              font-size="11"
            >
              {label}
            </text>
          </g>
        )}
      </For>
      <For each={[0, 0.25, 0.5, 0.75]}>
        {(share) => (
          <text x={xOf(openFrom() * share)} y="121" fill="var(--text-3)" font-size="11">
            {share === 0 ? '0' : durationText(openFrom() * share)}
          </text>
        )}
      </For>
      <text x={width} y="121" text-anchor="end" fill="var(--text-3)" font-size="11">
        {`≥ ${durationText(openFrom())}`}
      </text>
    </svg>
  )
}
