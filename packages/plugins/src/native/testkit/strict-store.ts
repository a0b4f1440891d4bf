import { closeRange, isClosed, type SequenceRange } from '@headwatch/protocol'
import { type Data, decodeRecords, type GapNotice } from '@headwatch/protocol/native'

/** Where a strict server keeps what agents send: each number once, whatever is sent how often. */
export class StrictStore {
  readonly #logs = new Map<string, { ranges: readonly SequenceRange[]; readonly messages: Map<bigint, string> }>()
  /** Numbers declared as never coming. */
  gaps: SequenceRange[] = []

  /** The message of every record, by epoch and number. */
  get messages(): readonly string[] {
    return [...this.#logs.values()].flatMap(({ messages }) => {
      return [...messages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, message]) => message)
    })
  }

  rangesOf(stream: string, epoch: string): readonly SequenceRange[] {
    return this.#logOf(stream, epoch).ranges
  }

  /** What is wrong with the frame's content; undefined when it is kept, now or before. */
  keep(frame: Data | GapNotice, epoch: string): string | undefined {
    const log = this.#logOf(frame.stream, epoch)
    if (frame.type === 'gap') {
      this.gaps.push({ first: frame.first, last: frame.last })
      log.ranges = closeRange(log.ranges, frame)
      return undefined
    }
    const body = decodeRecords(frame.body, frame.count)
    if (!body.ok) return `the body cannot be read: ${body.reason}`
    if (body.skipped.unreadable + body.skipped.unknownType > 0) return 'a row cannot be read'
    for (const [index, record] of body.records.entries()) {
      const number = frame.first + BigInt(body.offsets?.[index] ?? index)
      if (record.type !== 'log') return `a record of type ${record.type}`
      const known = log.messages.get(number)
      if (known !== undefined && known !== record.message) return `${number} is "${known}" and now "${record.message}"`
      if (known === undefined && isClosed(log.ranges, number)) return `${number} comes and was a gap`
      log.messages.set(number, record.message)
    }
    log.ranges = closeRange(log.ranges, { first: frame.first, last: frame.first + BigInt(frame.count) - 1n })
    return undefined
  }

  #logOf(stream: string, epoch: string) {
    const key = `${epoch} ${stream}`
    const log = this.#logs.get(key) ?? { ranges: [], messages: new Map<bigint, string>() }
    this.#logs.set(key, log)
    return log
  }
}
