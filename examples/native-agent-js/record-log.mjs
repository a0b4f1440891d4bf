/*
 * The agent's log, in memory: numbers records and keeps each until the server has answered for it. A full log gives its oldest
 * records up; what remains of them is a gap, which is kept and sent like a record.
 *
 * An item: { first, last, record?, isSent, notBeforeMs }. `record` is absent in a gap. Numbers are bigint.
 */
export class RecordLog {
  #maxRecords
  #items = []
  #records = 0
  /** The number the next record will get. */
  next = 1n
  /** Records given up because the log was full, and records the server refused for good. */
  counts = { full: 0, refused: 0 }

  constructor(maxRecords) {
    this.#maxRecords = maxRecords
  }

  get isEmpty() {
    return this.#items.length === 0
  }

  add(record) {
    this.#items.push({ first: this.next, last: this.next, record, isSent: false, notBeforeMs: 0 })
    this.next += 1n
    if (++this.#records > this.#maxRecords) this.#giveUpOldest()
  }

  /** A record that cannot be sent at all. */
  giveUp(item) {
    if (item.record === undefined) return
    item.record = undefined
    this.#records--
    this.counts.full++
    this.#joinGaps()
  }

  /** The first item that waits and may go at `nowMs`, and those right behind it that could go in the same frame. */
  waiting(nowMs, maxItems) {
    const from = this.#items.findIndex((item) => mayGo(item, nowMs))
    if (from === -1) return []
    const run = [this.#items[from]]
    for (let index = from + 1; run[0].record !== undefined && run.length < maxItems; index++) {
      const item = this.#items[index]
      if (item?.record === undefined || item.first !== run.at(-1).last + 1n || !mayGo(item, nowMs)) break
      run.push(item)
    }
    return run
  }

  /** When something that waits for its time may go; undefined when nothing does. */
  get nextDueMs() {
    const times = this.#items.filter(({ isSent, notBeforeMs }) => !isSent && notBeforeMs > 0)
    return times.length === 0 ? undefined : Math.min(...times.map(({ notBeforeMs }) => notBeforeMs))
  }

  /** The numbers from `first` to `last` are done with. */
  settle(first, last) {
    this.#items = this.#items.filter((item) => item.first < first || item.last > last)
    this.#records = this.#items.filter(({ record }) => record !== undefined).length
  }

  /** The numbers from `first` to `last` are to be sent again. */
  again(first, last, notBeforeMs) {
    for (const item of this.#items) {
      if (item.last < first || item.first > last) continue
      item.isSent = false
      item.notBeforeMs = notBeforeMs
    }
  }

  /** A connection has ended: nothing is on its way any more. */
  recall() {
    for (const item of this.#items) {
      item.isSent = false
      item.notBeforeMs = 0
    }
    this.#joinGaps()
  }

  #giveUpOldest() {
    const oldest = this.#items.find(({ record, isSent }) => record !== undefined && !isSent)
    if (oldest !== undefined) this.giveUp(oldest)
  }

  /** Gaps side by side that nobody has been told of are one. */
  #joinGaps() {
    const joined = []
    for (const item of this.#items) {
      const before = joined.at(-1)
      const isGap = (gap) => gap !== undefined && gap.record === undefined && !gap.isSent
      if (isGap(before) && isGap(item) && before.last + 1n === item.first) before.last = item.last
      else joined.push(item)
    }
    this.#items = joined
  }
}

function mayGo({ isSent, notBeforeMs }, nowMs) {
  return !isSent && notBeforeMs <= nowMs
}
