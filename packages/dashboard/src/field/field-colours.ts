import type { DotKind } from './dots.ts'

/** Steps between the brightest dot and one that has cooled. */
export const rampSteps = 24

/** Colours of the dots as the pixels of a canvas hold them. */
export interface FieldColours {
  /** From a dot that has just taken the head to one that has had it. */
  readonly ramp: Uint32Array
  readonly byKind: Readonly<Record<DotKind, number>>
}

type Rgb = readonly [number, number, number]

/** Reads the design's values off the page: a canvas takes no custom properties. */
export function readColours(element: Element): FieldColours {
  const style = getComputedStyle(element)
  const colour = (name: string) => rgbOf(style, name)
  const [on, flash] = [colour('--dot-on'), mixed(colour('--head'), colour('--dot-flash'), 0.55)]
  const ramp = Array.from({ length: rampSteps }, (_, step) =>
    packed(mixed(on, flash, (1 - step / (rampSteps - 1)) ** 1.4)),
  )
  const off = packed(colour('--dot-off'))
  return {
    ramp: Uint32Array.from(ramp),
    byKind: {
      taken: packed(on),
      untimed: packed(on),
      waiting: off,
      unknown: packed(colour('--dot-silent')),
      syncing: packed(colour('--warning-fill')),
      behind: packed(colour('--minor-fill')),
      other_head: packed(colour('--major-fill')),
      unclear: packed(colour('--maint-fill')),
      silent: packed(colour('--critical-fill')),
    },
  }
}

function rgbOf(style: CSSStyleDeclaration, name: string): Rgb {
  const text = style.getPropertyValue(name).trim()
  const other = /^var\((--[\w-]+)\)$/.exec(text)?.[1]
  if (other !== undefined) return rgbOf(style, other)
  const value = Number.parseInt(text.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

function mixed(from: Rgb, to: Rgb, share: number): Rgb {
  return [0, 1, 2].map((at) => (from[at] ?? 0) + ((to[at] ?? 0) - (from[at] ?? 0)) * share) as unknown as Rgb
}

/** Little-endian, as in a canvas. */
function packed([red, green, blue]: Rgb): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0
}
