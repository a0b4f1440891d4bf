import { statfs } from 'node:fs/promises'
import { type MetricSet, reading } from '@headwatch/protocol'
import type { ReadProc } from './proc-file.ts'

const maxMounts = 32

/** Space of each mount point. One that hangs, such as a dead network share, is left out and costs the others nothing. */
export async function readDisks(readProc: ReadProc, wanted: readonly string[]): Promise<readonly MetricSet[]> {
  const mounts = wanted.length > 0 ? wanted : diskMounts((await readProc('self/mounts')) ?? '')
  const sets = await Promise.all(mounts.slice(0, maxMounts).map(readMount))
  return sets.filter((set) => set !== undefined)
}

/** Mount points of block devices, each device once: a bind mount adds nothing. Spaces are written `\040` (proc(5)). */
function diskMounts(text: string): readonly string[] {
  const byDevice = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [device = '', mount = '', fileSystem = ''] = line.split(' ')
    const isDisk = device.startsWith('/dev/') && fileSystem !== 'squashfs' && !device.startsWith('/dev/loop')
    if (isDisk && !byDevice.has(device)) byDevice.set(device, mount.replaceAll('\\040', ' '))
  }
  return [...byDevice.values()]
}

async function readMount(mount: string): Promise<MetricSet | undefined> {
  const space = await Promise.race([statfs(mount), abandoned()]).catch(() => undefined)
  if (space === undefined) return undefined
  const total = space.blocks * space.bsize
  const used = total - space.bfree * space.bsize
  return {
    type: 'metrics',
    labels: { mount },
    readings: {
      [reading.diskTotal]: total,
      [reading.diskUsed]: used,
      disk_available_bytes: space.bavail * space.bsize,
    },
  }
}

function abandoned(): Promise<undefined> {
  return new Promise((resolve) => void setTimeout(() => resolve(undefined), 1_000).unref())
}
