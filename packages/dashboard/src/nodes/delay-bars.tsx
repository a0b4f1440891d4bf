import type { BlockDelay } from '@headwatch/protocol'
import { createMemo, type JSX } from 'solid-js'
import { durationText } from '../format/numbers.ts'

/** Full height stands for this delay or more. */
const fullMs = 1000

/** A node's last blocks: bar = delay, red foot = missed, dots = not known. Oldest at the left. */
export function DelayBars(props: { delays: readonly BlockDelay[]; height: number; fit?: 'stretch' }): JSX.Element {
  const paths = createMemo(() => pathsOf(props.delays, props.height))
  const width = () => Math.max(1, props.delays.length * 4 - 1)
  return (
    <svg
      class="bars"
      width={width()}
      height={props.height}
      viewBox={`0 0 ${width()} ${props.height}`}
      preserveAspectRatio={props.fit === 'stretch' ? 'none' : undefined}
      role="img"
      aria-label={said(props.delays)}
    >
      <path d={paths().taken} fill="var(--series-2)" />
      <path d={paths().late} fill="var(--minor-fill)" />
      <path d={paths().missed} stroke="var(--critical-fill)" stroke-width="3" />
      <path d={paths().unknown} stroke="var(--control)" stroke-width="1" />
    </svg>
  )
}

function pathsOf(delays: readonly BlockDelay[], height: number) {
  const paths = { taken: '', late: '', missed: '', unknown: '' }
  for (const [index, delay] of delays.entries()) {
    const x = index * 4
    if (delay === 'unknown') paths.unknown += `M${x + 1} ${height - 0.5}h1`
    else if (delay === 'missed') paths.missed += `M${x} ${height - 1.5}h3`
    else {
      const y = Math.max(2, Math.round(Math.min(1, delay / fullMs) * height))
      paths[delay >= fullMs ? 'late' : 'taken'] += `M${x} ${height}v-${y}h3v${y}z`
    }
  }
  return paths
}

function said(delays: readonly BlockDelay[]): string {
  const taken = delays.filter((delay) => typeof delay === 'number')
  const missed = delays.filter((delay) => delay === 'missed').length
  const last = taken.at(-1)
  return [
    `${taken.length} of the last ${delays.length} blocks taken`,
    missed === 0 ? undefined : `${missed} missed`,
    last === undefined ? undefined : `the newest of them after ${durationText(last)}`,
  ]
    .filter((part) => part !== undefined)
    .join(', ')
}
