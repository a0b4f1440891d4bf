import { readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { PartitionFile } from './messages.ts'

const pattern = /^telemetry-(\d{6,})-[0-9TZ-]+\.sqlite$/
const anyNumber = /^telemetry-(\d{6,})-/

/** A partition's place. Numbers, not times, order partitions: a clock may jump, a number only grows. */
export function partitionPath(folder: string, number: number, startedAt: number): PartitionFile {
  const time = Math.abs(startedAt) <= 8.64e15 ? new Date(startedAt).toISOString().replace(/:|\.\d+/g, '-') : '0'
  const name = `telemetry-${String(number).padStart(6, '0')}-${time.replace(/[^0-9TZ-]/g, '')}.sqlite`
  return { number, path: join(folder, name) }
}

/** Our partitions in a folder, oldest first. Any other file is left alone. */
export function listPartitions(folder: string): PartitionFile[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const number = pattern.exec(name)?.[1]
      return number === undefined ? [] : [{ number: Number(number), path: join(folder, name) }]
    })
    .sort((a, b) => a.number - b.number)
}

/** A number no partition ever had, those set aside included. */
export function nextNumber(folder: string): number {
  const numbers = readdirSync(folder).map((name) => Number(anyNumber.exec(name)?.[1] ?? 0))
  return 1 + numbers.reduce((most, number) => Math.max(most, number), 0)
}

/** Bytes on disk, the write-ahead log included; 0 when it is gone. */
export function bytesOf({ path }: PartitionFile): number {
  return sizeOf(path) + sizeOf(`${path}-wal`)
}

/** Tells the file under this name from any other that ever was or will be under it; undefined when there is none. */
export function fileIdOf({ path }: PartitionFile): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat && `${stat.dev} ${stat.ino}`
}

/** Safe to repeat. The main file goes last: until then the partition is still one. */
export function removePartition({ path }: PartitionFile): void {
  for (const suffix of ['-wal', '-shm', '']) rmSync(path + suffix, { force: true })
}

/** Renames a broken partition so that nothing reads it and nothing is thrown away. */
export function setAside({ path }: PartitionFile): string {
  for (const suffix of ['-wal', '-shm', '']) {
    if (sizeOf(path + suffix) > 0) renameSync(path + suffix, `${path}.corrupt${suffix}`)
  }
  rmSync(`${path}-shm`, { force: true })
  return `${path}.corrupt`
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
