import type { StoredGap } from '@headwatch/sdk'

/** A gap as the API gives it. */
export function gapAnswer({ source, ...rest }: StoredGap) {
  return { ...source, ...rest }
}
