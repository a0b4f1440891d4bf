import { RetryableError } from '@headwatch/sdk'
import { blocksAnswer } from './block-answer.ts'
import { gapsAnswer } from './gap-answer.ts'
import { logsAnswer } from './log-answer.ts'
import type { FileQuestion, FolderEvent, PartitionFile, ReaderRequest } from './messages.ts'
import { setAside } from './partition-files.ts'
import { PartitionReader, sealPartition } from './partition-reader.ts'
import { seriesAnswer } from './series-answer.ts'
import { isDamage, isGone, sentenceOf } from './sqlite-error.ts'

/** Partitions kept open between questions. */
const maxOpen = 300

/** Answers questions from the partitions of a folder, and seals them. Never waits for the writer, nor the writer for it. */
export class FolderReader {
  readonly #open = new Map<number, PartitionReader>()
  readonly #damaged = new Set<number>()
  readonly #report: (event: FolderEvent) => void

  constructor(report: (event: FolderEvent) => void) {
    this.#report = report
  }

  /** `check` throws when nobody waits for the answer any more. */
  answer(request: ReaderRequest, check: () => void): unknown {
    switch (request.ask) {
      case 'seal':
        return this.#seal(request.partition)
      case 'close':
        return this.#closeAll([])
      default:
        return this.#ask(request, request.partitions, check)
    }
  }

  /** A damaged partition is found by reading it: it is set aside, and the rest asked again. */
  #ask(question: FileQuestion, partitions: readonly PartitionFile[], check: () => void): unknown {
    this.#closeAll(partitions)
    for (;;) {
      const served: PartitionReader[] = []
      try {
        for (const file of partitions) {
          const partition = this.#partition(file)
          if (partition !== undefined) served.push(partition)
        }
        return answerFrom(served, question, check)
      } catch (error) {
        if (!isDamage(error)) throw error
        this.#setAside(partitions, error)
      }
    }
  }

  #partition(file: PartitionFile): PartitionReader | undefined {
    const known = this.#open.get(file.number)
    if (known !== undefined) return known
    if (this.#damaged.has(file.number)) return undefined
    if (this.#open.size >= maxOpen) this.#closeAll([])
    try {
      const partition = new PartitionReader(file)
      this.#open.set(file.number, partition)
      return partition
    } catch (error) {
      // Removed since the list was made.
      if (isGone(error)) return undefined
      throw error
    }
  }

  /** SQLite does not say which file was damaged, so every one is looked at. */
  #setAside(partitions: readonly PartitionFile[], cause: unknown): void {
    const damaged = partitions.filter((file) => !this.#damaged.has(file.number) && isDamagedFile(file))
    if (damaged.length === 0) throw new RetryableError(`a partition could not be read: ${sentenceOf(cause)}`, { cause })
    for (const file of damaged) {
      this.#open.get(file.number)?.close()
      this.#open.delete(file.number)
      this.#damaged.add(file.number)
      // The newest is being written: it is only left out, and judged at the next start.
      const isNewest = file === partitions.at(-1)
      this.#report({ event: 'set_aside', file: isNewest ? file.path : setAside(file), reason: sentenceOf(cause) })
    }
  }

  #seal(file: PartitionFile): void {
    this.#open.get(file.number)?.close()
    this.#open.delete(file.number)
    try {
      sealPartition(file)
    } catch (error) {
      if (isGone(error)) return
      throw error
    }
  }

  #closeAll(except: readonly PartitionFile[]): void {
    const kept = new Set(except.map(({ number }) => number))
    for (const [number, partition] of this.#open) {
      if (kept.has(number)) continue
      partition.close()
      this.#open.delete(number)
    }
  }
}

function answerFrom(partitions: readonly PartitionReader[], question: FileQuestion, check: () => void): unknown {
  switch (question.ask) {
    case 'series':
      return seriesAnswer(partitions, question.of, check)
    case 'blocks':
      return blocksAnswer(partitions, question.of, check)
    case 'logs':
      return logsAnswer(partitions, question.of, check)
    case 'gaps':
      return gapsAnswer(partitions, question.of, check)
  }
}

function isDamagedFile(file: PartitionFile): boolean {
  let partition: PartitionReader | undefined
  try {
    partition = new PartitionReader(file)
    const [verdict] = partition.prepare('PRAGMA quick_check(1)').get() as unknown as [string]
    return verdict !== 'ok'
  } catch (error) {
    return isDamage(error)
  } finally {
    partition?.close()
  }
}
