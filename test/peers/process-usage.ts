import { readdirSync, readFileSync } from 'node:fs'

/** Ticks a second of /proc/PID/stat: 100 on every Linux that Node supports. */
const ticksPerSecond = 100

/** CPU and memory of a process and all its descendants, from /proc. Threads are counted with their process. */
export interface Usage {
  readonly cpuSeconds: number
  readonly residentMib: number
  readonly processes: number
}

export function usageOf(pid: number): Usage {
  const family = descendants(pid)
  const usages = family.map((member) => ({ cpuSeconds: cpuSeconds(member), residentMib: residentMib(member) }))
  const sum = (of: (usage: { cpuSeconds: number; residentMib: number }) => number) =>
    usages.reduce((total, usage) => total + of(usage), 0)
  return {
    cpuSeconds: sum((usage) => usage.cpuSeconds),
    residentMib: sum((usage) => usage.residentMib),
    processes: family.length,
  }
}

function descendants(pid: number): readonly number[] {
  const parents = new Map<number, number>()
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = statFields(Number(entry))
    if (fields !== undefined) parents.set(Number(entry), Number(fields[1]))
  }
  const isOurs = (candidate: number): boolean =>
    candidate === pid || (parents.has(candidate) && isOurs(parents.get(candidate) ?? 0))
  return [...parents.keys()].filter(isOurs)
}

function cpuSeconds(pid: number): number {
  const fields = statFields(pid)
  return fields === undefined ? 0 : (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

function residentMib(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1]
  return kb === undefined ? 0 : Number(kb) / 1024
}

/** The fields of /proc/PID/stat behind the name, which may hold spaces: state, parent, … */
function statFields(pid: number): readonly string[] | undefined {
  const stat = read(`/proc/${pid}/stat`)
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
