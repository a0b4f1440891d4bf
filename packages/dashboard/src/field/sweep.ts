import { fieldStepMs } from '@headwatch/protocol/reporting'
import type { WireField } from '../feed/wire.ts'

/** How far a block has come. */
export interface Sweep {
  /** Share of the nodes that are heard, 0 to 1. */
  readonly share: number
  /** When the last of them took it, in milliseconds; absent where nobody said when. */
  readonly lastMs?: number
}

/** Who had the head `atMs` after its first sighting. Nodes that do not say when they took it count from the start. */
export function sweepAt({ groups }: Pick<WireField, 'groups'>, atMs: number): Sweep {
  let [has, heard, lastStep] = [0, 0, -1]
  for (const { nodes, byActivity, taken, untimed } of groups) {
    heard += nodes - byActivity.silent
    has += untimed
    for (let pair = 0; pair + 1 < taken.length; pair += 2) {
      const [step = 0, count = 0] = [taken[pair], taken[pair + 1]]
      if (step * fieldStepMs > atMs) break
      has += count
      lastStep = Math.max(lastStep, step)
    }
  }
  const share = heard === 0 ? 0 : has / heard
  return lastStep < 0 ? { share } : { share, lastMs: lastStep * fieldStepMs }
}
