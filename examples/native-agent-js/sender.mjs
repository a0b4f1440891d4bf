// What of the log may be sent now on one connection, and what the answers mean: credit, limits, lanes, order, declared next.

import { BACKLOG, LIVE, STREAM, gap, next } from './frames.mjs'

export class Sender {
  #log
  #frames
  #send
  #credit
  #limits
  #declaredNext
  #lanes = { [LIVE]: { high: 0, open: [] }, [BACKLOG]: { high: 0, open: [] } }

  /** `declaredNext` is what the hello said. Whatever is in the log when the welcome comes has waited: it is backlog. */
  constructor({ log, frames, send, welcome, declaredNext }) {
    this.#log = log
    this.#frames = frames
    this.#send = send
    this.#credit = welcome.credit
    this.#limits = welcome
    this.#declaredNext = declaredNext
    const ours = welcome.streams.find(({ stream, epoch }) => stream === STREAM && epoch === log.epoch)
    for (const { first, last } of ours?.stored ?? []) log.remove(log.within(first, Math.min(last, declaredNext - 1)))
    for (const entry of log.entries) {
      entry.backlog = true
      entry.frame = undefined
    }
  }

  /** Sends what may go; returns when something more becomes due (on the clock of performance.now), or undefined. */
  pump() {
    let sent = true
    while (sent) {
      sent = false
      for (const lane of [LIVE, BACKLOG]) sent = this.#sendOne(lane) || sent
    }
    const now = performance.now()
    let due
    for (const { frame, notBefore } of this.#log.entries)
      if (!frame && notBefore > now && !(notBefore >= due)) due = notBefore
    return due
  }

  setCredit(credit) {
    this.#credit = credit
  }

  ack({ stream, lane, through }) {
    if (stream !== STREAM) return
    const done = new Set()
    for (const frame of this.#lanes[lane].open) {
      if (frame.first > through) continue
      for (const entry of this.#log.within(frame.first, Math.min(frame.last, through))) {
        if (entry.frame === frame) done.add(entry)
      }
    }
    this.#log.remove(done)
    this.#close(lane, (frame) => frame.last <= through)
  }

  nack({ stream, lane, first, last, action, retryAfterMs }) {
    if (stream !== STREAM) return
    const named = []
    for (const frame of this.#lanes[lane].open) {
      if (frame.first > last || frame.last < first) continue
      const entries = this.#log.within(Math.max(frame.first, first), Math.min(frame.last, last))
      named.push(...entries.filter((entry) => entry.frame === frame))
      frame.unnamed = frame.unnamed.flatMap((part) => without(part, first, last))
    }
    if (action === 'drop') this.#drop(named)
    else for (const entry of named) sendAgain(entry, retryAfterMs)
    this.#close(lane, (frame) => frame.unnamed.length === 0)
  }

  #drop(entries) {
    this.#log.counts.refused += entries.filter(({ row }) => row).length
    this.#log.remove(entries)
  }

  #close(lane, isAnswered) {
    this.#lanes[lane].open = this.#lanes[lane].open.filter((frame) => !isAnswered(frame))
  }

  /** The place of the entry the lane's next frame begins with. Lower numbers that are due hold the lane until it is quiet. */
  #begin(lane, isDue) {
    const place = this.#log.entries.findIndex(isDue)
    const { open, high } = this.#lanes[lane]
    return place >= 0 && open.length > 0 && this.#log.entries[place].first <= high ? -1 : place
  }

  /** What the credit leaves, and whether nothing is unanswered, in any lane. */
  #room() {
    const unanswered = [...this.#lanes[LIVE].open, ...this.#lanes[BACKLOG].open]
    return {
      quiet: unanswered.length === 0,
      records: this.#credit.records - unanswered.reduce((sum, frame) => sum + frame.records, 0),
      bytes: this.#credit.bytes - unanswered.reduce((sum, frame) => sum + frame.bytes, 0),
    }
  }

  #sendOne(lane) {
    const room = this.#room()
    if (this.#credit.records === 0 || this.#credit.bytes === 0 || room.records < 1) return false
    const now = performance.now()
    const isDue = (entry) => !entry.frame && entry.backlog === (lane === BACKLOG) && entry.notBefore <= now
    const place = this.#begin(lane, isDue)
    const begin = this.#log.entries[place]
    if (!begin) return false
    if (!begin.row) return this.#sendGap(lane, begin, room)
    if (this.#frames.overhead + begin.row.length <= this.#limits.frameBytes)
      return this.#sendBatch(lane, this.#gather(place, isDue, room))
    // It can never go. What goes instead is for the next round to say: it may have joined the run before it.
    this.#log.giveUp(begin)
    return true
  }

  /** Records one behind the other from `place` on, as many as there is room for. */
  #gather(place, isDue, room) {
    const { batchRecords, frameBytes } = this.#limits
    const first = this.#log.entries[place].first
    const batch = []
    let size = this.#frames.overhead
    for (const entry of this.#log.entries.slice(place, place + Math.min(room.records, batchRecords))) {
      const follows = entry.row && isDue(entry) && entry.first === first + batch.length
      const fits = follows && size + entry.row.length <= Math.min(room.bytes, frameBytes)
      if (!follows || !(fits || (room.quiet && batch.length === 0))) break
      batch.push(entry)
      size += entry.row.length
    }
    return batch
  }

  #sendBatch(lane, batch) {
    if (batch.length === 0) return false
    const { first } = batch[0]
    if (first > this.#declaredNext) this.#declare()
    const rows = batch.map((entry) => entry.row)
    this.#declaredNext = Math.max(this.#declaredNext, first + batch.length)
    this.#sent(lane, this.#frames.build(lane, first, rows), batch, batch.length)
    return true
  }

  #sendGap(lane, entry, { bytes, quiet }) {
    const frame = gap(lane, entry.first, entry.last)
    if (frame.length > bytes && !quiet) return false
    if (entry.last >= this.#declaredNext) this.#declare()
    entry.declared = true
    this.#sent(lane, frame, [entry], 1)
    return true
  }

  #declare() {
    this.#declaredNext = this.#log.next
    this.#send(next(this.#declaredNext))
  }

  #sent(lane, bytes, entries, records) {
    const { first } = entries[0]
    const { last } = entries.at(-1)
    const frame = { first, last, records, bytes: bytes.length, unnamed: [{ first, last }] }
    for (const entry of entries) entry.frame = frame
    this.#lanes[lane].open.push(frame)
    this.#lanes[lane].high = last
    this.#send(bytes)
  }
}

/** In the backlog it need not wait until the live lane is quiet. */
function sendAgain(entry, retryAfterMs) {
  entry.frame = undefined
  entry.backlog = true
  entry.notBefore = performance.now() + retryAfterMs
}

function without(part, first, last) {
  return [
    { first: part.first, last: Math.min(part.last, first - 1) },
    { first: Math.max(part.first, last + 1), last: part.last },
  ].filter((rest) => rest.first <= rest.last)
}
