import type { NodeActivity } from '@headwatch/protocol'
import type { JSX } from 'solid-js'

/** 12 × 12, one silhouette per meaning, readable without colour. */
const shapes = {
  critical: () => (
    <>
      <path d="M3.5 0h5L12 3.500v5L8.500 12h-5L0 8.500v-5z" />
      <path d="M6 2.600v4.200M6 8.200v1.400" stroke="var(--bg)" stroke-width="1.6" />
    </>
  ),
  major: () => <path d="M6 .6 12 11.400H0z" />,
  minor: () => <path d="M6 0 12 6 6 12 0 6z" />,
  warning: () => <circle cx="6" cy="6" r="4.8" fill="none" stroke="currentColor" stroke-width="1.8" />,
  indeterminate: () => <path d="M1 5h10v2H1z" />,
  inSync: () => <circle cx="6" cy="6" r="4" />,
  behind: () => <path d="M2 2.400 8 6l-6 3.600zM8.600 2.400h1.800v7.200H8.600z" />,
  syncing: () => (
    <>
      <circle cx="6" cy="6" r="4.3" fill="none" stroke="currentColor" stroke-width="1.4" />
      <path d="M6 6V1.700A4.300 4.300 0 0 1 10.300 6z" />
    </>
  ),
  otherHead: () => line('M3 12V7.200L.8 3.400M3 7.200l4-.2 3.600-4.400', 1.7),
  pathDown: () => line('M0 6h3.600M8.400 6H12M4.800 9.400l2.400-6.800', 1.7),
  agentDown: () => (
    <>
      <circle cx="6" cy="6" r="4.3" fill="none" stroke="currentColor" stroke-width="1.5" />
      <path d="M3 9 9 3" stroke="currentColor" stroke-width="1.5" />
    </>
  ),
  nodeDown: () => line('M2 2l8 8M10 2l-8 8', 2),
  notKnown: () => (
    <circle cx="6" cy="6" r="4.3" fill="none" stroke="currentColor" stroke-width="1.4" stroke-dasharray="2 2" />
  ),
  paused: () => <path d="M1 1h3.400v10H1zM7.600 1H11v10H7.600z" />,
  pin: () => <path d="M3 0h6l-1 5 2 2H2l2-2zM5.400 7h1.200v5H5.400z" />,
  bell: () => (
    <path d="M2 9c1-1 1.100-2.500 1.100-4.200a2.900 2.900 0 0 1 5.800 0C8.900 6.500 9 8 10 9zM4.800 10.200a1.300 1.300 0 0 0 2.400 0z" />
  ),
  theme: () => (
    <path d="M6 0a6 6 0 1 0 0 12A6 6 0 0 0 6 0zm0 1.400v9.200a4.600 4.600 0 0 1 0-9.200z" fill-rule="evenodd" />
  ),
  help: () => line('M3.600 3.800A2.400 2.400 0 1 1 6.600 6c-.5.200-.7.600-.7 1.500M5.900 9v1.500', 1.4),
  overview: () => (
    <path d="M1 1h2v2H1zM5 1h2v2H5zM9 1h2v2H9zM1 5h2v2H1zM5 5h2v2H5zM9 5h2v2H9zM1 9h2v2H1zM5 9h2v2H5zM9 9h2v2H9z" />
  ),
  nodes: () => <path d="M0 1.500h12v1.600H0zM0 5.200h12v1.600H0zM0 8.900h12v1.600H0z" />,
  up: () => line('M2 8l4-4 4 4', 1.5),
  down: () => line('M2 4l4 4 4-4', 1.5),
  close: () => line('M2.500 2.500l7 7M9.500 2.500l-7 7', 1.4),
} satisfies Record<string, () => JSX.Element>

export type GlyphName = keyof typeof shapes

export function Glyph(props: { name: GlyphName; class?: string }): JSX.Element {
  return (
    <svg class={`i ${props.class ?? ''}`} viewBox="0 0 12 12" aria-hidden="true">
      {shapes[props.name]()}
    </svg>
  )
}

/** Glyph, words and tone of what a node does. In sync has no colour of its own: colour is for what deviates. */
export const activityLook: Readonly<Record<NodeActivity, readonly [GlyphName, string, string]>> = {
  in_sync: ['inSync', 'in sync', 'dim'],
  behind: ['behind', 'behind', 'sev-minor'],
  syncing: ['syncing', 'syncing', 'sev-warning'],
  other_head: ['otherHead', 'other head', 'sev-major'],
  silent: ['notKnown', 'silent', 'sev-major'],
  unknown: ['notKnown', 'not known yet', 'dim'],
}

function line(d: string, width: number): JSX.Element {
  return <path d={d} fill="none" stroke="currentColor" stroke-width={width} />
}
