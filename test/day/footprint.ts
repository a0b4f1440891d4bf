import { readdirSync } from 'node:fs'
import { usageOf } from '../peers/process-usage.ts'

/** What a process holds. */
interface Footprint {
  readonly residentMib: number
  readonly openFiles: number
}

/** What each process held when it was warm, to compare with later. */
export class Footprints {
  readonly #warm = new Map<string, { readonly pid: number; readonly footprint: Footprint }>()

  /** Notes what a process holds now, in the place of an earlier one of that name. */
  note(name: string, pid: number): void {
    this.#warm.set(name, { pid, footprint: footprintOf(pid) })
  }

  /** Says how the noted processes have grown. @throws when one grew beyond its bound. */
  compare(say: (line: string) => void, ...names: readonly string[]): void {
    const faults: string[] = []
    for (const [name, { pid, footprint: before }] of this.#warm) {
      if (!names.includes(name)) continue
      const after = footprintOf(pid)
      say(
        `${name}: ${before.residentMib} → ${after.residentMib} MiB resident, ${before.openFiles} → ${after.openFiles} open files`,
      )
      const complaint = complaintOfGrowth(before, after)
      if (complaint !== undefined) faults.push(`${name}: ${complaint}`)
    }
    if (faults.length > 0) throw new Error(faults.join('; '))
  }
}

/** A heap may settle: by half as much again, or by 60 MiB; and a file or a connection may be open that was not. */
function complaintOfGrowth(before: Footprint, after: Footprint): string | undefined {
  const mostMib = Math.max(before.residentMib * 1.5, before.residentMib + 60)
  if (after.residentMib > mostMib) return `its memory grew beyond ${Math.round(mostMib)} MiB`
  const mostFiles = before.openFiles + 10
  return after.openFiles > mostFiles ? `its open files grew beyond ${mostFiles}` : undefined
}

function footprintOf(pid: number): Footprint {
  const { residentMib } = usageOf(pid)
  return { residentMib: Math.round(residentMib), openFiles: readdirSync(`/proc/${pid}/fd`).length }
}
