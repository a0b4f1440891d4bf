// The log in memory: what is kept until the server has answered for it, ascending. An entry is one record (it has a `row`)
// or a run of numbers that were given up (it has none). `frame` is the unanswered frame it is in, if any.

import { randomUUID } from 'node:crypto'

export class MemoryLog {
  epoch = randomUUID()
  next = 1
  counts = { dropped: 0, refused: 0 }
  entries = []
  #records = 0
  #keep

  constructor(keep) {
    this.#keep = keep
  }

  get isEmpty() {
    return this.entries.length === 0
  }

  append(row) {
    this.entries.push({ first: this.next, last: this.next, row, backlog: false, notBefore: 0, frame: undefined })
    this.next += 1
    this.#records += 1
    while (this.#records > this.#keep) this.giveUp(this.entries.find((entry) => entry.row))
  }

  /** The record is gone, its number stays to be declared. One that is under way may yet turn out to be stored. */
  giveUp(entry) {
    entry.row = undefined
    this.#records -= 1
    const place = this.entries.indexOf(entry)
    const before = this.entries[place - 1]
    if (!before || before.row || before.frame !== entry.frame || before.last + 1 !== entry.first) return
    before.last = entry.last
    before.backlog ||= entry.backlog
    before.notBefore = Math.max(before.notBefore, entry.notBefore)
    this.entries.splice(place, 1)
  }

  /** The entries of these numbers; a run that reaches beyond them is cut in two. */
  within(first, last) {
    for (const border of [first, last + 1]) {
      const place = this.entries.findIndex((entry) => entry.first < border && border <= entry.last)
      if (place < 0) continue
      const entry = this.entries[place]
      this.entries.splice(place + 1, 0, { ...entry, first: border })
      entry.last = border - 1
    }
    return this.entries.filter((entry) => entry.first >= first && entry.last <= last)
  }

  remove(gone) {
    const set = new Set(gone)
    if (set.size === 0) return
    this.entries = this.entries.filter((entry) => !set.has(entry))
    for (const entry of set) {
      if (entry.row) this.#records -= 1
      else if (entry.declared) this.counts.dropped += entry.last - entry.first + 1
    }
  }
}
