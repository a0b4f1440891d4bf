import { type MetricValue, reading } from '@headwatch/protocol'
import type { ReadProc } from './proc-file.ts'

/** Memory and swap in bytes (proc(5), /proc/meminfo). Used is what is not available: caches that can be given up do not count. */
export async function readMemory(readProc: ReadProc): Promise<Record<string, MetricValue>> {
  const text = await readProc('meminfo')
  if (text === undefined) return {}
  const bytesOf = (name: string): number | undefined => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)
    return match === null ? undefined : Number(match[1]) * 1024
  }
  const total = bytesOf('MemTotal')
  const available = bytesOf('MemAvailable')
  const swapTotal = bytesOf('SwapTotal')
  const swapFree = bytesOf('SwapFree')
  return {
    ...(total !== undefined && { [reading.memoryTotal]: total }),
    ...(total !== undefined && available !== undefined && { [reading.memoryUsed]: total - available }),
    ...(swapTotal !== undefined && swapFree !== undefined && { swap_used_bytes: swapTotal - swapFree }),
  }
}

/** Seconds since the machine started. */
export async function readUptime(readProc: ReadProc): Promise<Record<string, MetricValue>> {
  const seconds = Number.parseFloat((await readProc('uptime')) ?? '')
  return Number.isFinite(seconds) ? { [reading.hostUptime]: seconds } : {}
}
