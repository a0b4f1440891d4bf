import { logBody } from './body.mjs'
import { decode, encode } from './msgpack.mjs'

const kinds = {
  hello: 1,
  welcome: 2,
  data: 3,
  gap: 4,
  ack: 5,
  nack: 6,
  credit: 7,
  goaway: 8,
  bye: 9,
  ping: 10,
  pong: 11,
  next: 12,
}
const live = 0
const plain = 0
const dropped = 1
const retry = 0
const stream = 'main'
const silentBeats = 3
const dayMs = 86_400_000
/** Room for everything of a data frame beside its body. */
const headBytes = 512

/** One connection to a server, from hello to its end. `log` outlives it. */
export class Session {
  #options
  #log
  #socket
  #ended = Promise.withResolvers()
  #timers = new Set()
  #isWelcomed = false
  #isOver = false
  #heardAtMs = performance.now()
  #credit = { records: 0, bytes: 0 }
  #limits = { frameBytes: 0, batchRecords: 1 }
  /** Frames without their answer, in the order they were sent: { first, last, records, bytes, open: [[first, last] …] }. */
  #unanswered = []
  #highest = 0n
  #declared = 0n

  /** options: { endpoint, agent, node, token, epoch, connectTimeoutMs } */
  constructor(options, log) {
    this.#options = options
    this.#log = log
  }

  /** Connects; resolves when it is over: { wasWelcome, stayAwayMs, reason }. Never rejects. */
  run() {
    this.#after(this.#options.connectTimeoutMs, () => this.#isWelcomed || this.#end('no welcome'))
    this.#socket = new WebSocket(this.#options.endpoint, 'headwatch.v1')
    this.#socket.binaryType = 'arraybuffer'
    this.#socket.onopen = () => this.#greet()
    this.#socket.onmessage = ({ data }) => this.#hear(data)
    this.#socket.onerror = () => undefined
    this.#socket.onclose = () => this.#end('the connection ended')
    return this.#ended.promise
  }

  /** Sends what may be sent now. */
  pump() {
    while (this.#isWelcomed && !this.#isOver && this.#sendOne());
    const dueMs = this.#log.nextDueMs
    if (dueMs !== undefined) this.#after(Math.max(1, dueMs - performance.now()), () => this.pump())
  }

  /** Goes on purpose. */
  leave() {
    if (this.#isWelcomed) this.#say(kinds.bye, 'stopped')
    this.#end('stopped')
  }

  #greet() {
    const { agent, token, epoch } = this.#options
    this.#declared = this.#log.next
    this.#say(kinds.hello, agent, 'native-agent-js/1.0', token, [[stream, epoch, this.#declared]], [])
  }

  #hear(data) {
    this.#heardAtMs = performance.now()
    try {
      if (!(data instanceof ArrayBuffer)) throw new TypeError('a text frame')
      const [kind, ...fields] = decode(new Uint8Array(data))
      this.#obey(kind, fields)
    } catch (error) {
      this.#end(`the server sent what cannot be read: ${error.message}`)
    }
  }

  #obey(kind, fields) {
    switch (kind) {
      case kinds.welcome:
        return this.#beWelcome(fields)
      case kinds.ack:
        return this.#hearAck(fields)
      case kinds.nack:
        return this.#hearNack(fields)
      case kinds.credit:
        this.#credit = { records: whole(fields[0]), bytes: whole(fields[1]) }
        return this.pump()
      case kinds.goaway: {
        const stayAwayMs = Math.min(dayMs, whole(fields[2]) + Math.random() * whole(fields[3]))
        return this.#end(`sent away: ${fields[1]}`, stayAwayMs)
      }
      case kinds.ping:
        return this.#say(kinds.pong, fields[0], Date.now(), Date.now())
      case kinds.pong:
        return undefined
      default:
        throw new TypeError(`unknown kind ${kind}`)
    }
  }

  #beWelcome([, , streams, [records, bytes], heartbeatMs, [frameBytes, batchRecords]]) {
    for (const [name, epoch, stored] of streams) {
      if (name !== stream || epoch !== this.#options.epoch) continue
      for (const [first, last] of stored) this.#log.settle(BigInt(first), BigInt(last))
    }
    this.#credit = { records: whole(records), bytes: whole(bytes) }
    this.#limits = { frameBytes: whole(frameBytes), batchRecords: whole(batchRecords) }
    if (this.#limits.frameBytes < 4_096 || this.#limits.batchRecords === 0) throw new TypeError('impossible limits')
    this.#isWelcomed = true
    this.#every(whole(heartbeatMs))
    this.pump()
  }

  #every(heartbeatMs) {
    if (performance.now() - this.#heardAtMs >= silentBeats * heartbeatMs) return this.#end('the server is silent')
    this.#say(kinds.ping, Date.now())
    this.#after(heartbeatMs * 0.8, () => this.#every(heartbeatMs))
  }

  /** Whether something was sent. */
  #sendOne() {
    if (this.#credit.records === 0 || this.#credit.bytes === 0) return false
    const run = this.#log.waiting(performance.now(), Math.min(100, this.#limits.batchRecords))
    const [item] = run
    if (item === undefined) return false
    // Numbers may fall only when the lane is quiet. What falls comes first all the same, so it never waits for ever.
    if (item.first <= this.#highest && this.#unanswered.length > 0) return false
    return item.record === undefined ? this.#sendGap(item) : this.#sendData(run)
  }

  #sendGap(item) {
    const { first, last } = item
    return this.#send([item], 1, last + 1n, [kinds.gap, stream, live, first, last, dropped])
  }

  #sendData(run) {
    const { agent, node } = this.#options
    const records = run.map(({ record }) => record)
    const body = logBody(records, { agent, node })
    if (body.length + headBytes > this.#limits.frameBytes) {
      if (run.length > 1) return this.#sendData(run.slice(0, run.length >> 1))
      this.#log.giveUp(run[0])
      return true
    }
    const { first } = run[0]
    const isSent = this.#send(run, run.length, first, [kinds.data, stream, live, first, run.length, plain, body])
    return isSent || (run.length > 1 && this.#sendData(run.slice(0, run.length >> 1)))
  }

  /** `declares`: what the stream's next number must be known to be before the frame. */
  #send(items, records, declares, message) {
    const frame = encode(message)
    const sum = (of) => this.#unanswered.reduce((total, sent) => total + of(sent), 0)
    const isTooMuch =
      sum((sent) => sent.records) + records > this.#credit.records ||
      sum((sent) => sent.bytes) + frame.length > this.#credit.bytes
    if (isTooMuch && this.#unanswered.length > 0) return false
    const [first, last] = [items[0].first, items.at(-1).last]
    if (declares > this.#declared) this.#say(kinds.next, stream, declares)
    this.#declared = [this.#declared, declares, last + 1n].reduce((a, b) => (a > b ? a : b))
    for (const item of items) item.isSent = true
    this.#highest = last
    this.#unanswered.push({ first, last, records, bytes: frame.length, open: [[first, last]] })
    this.#socket.send(frame)
    return true
  }

  #hearAck([name, lane, end]) {
    if (name !== stream || lane !== live) return
    const through = BigInt(end)
    for (const sent of this.#unanswered.filter(({ last }) => last <= through)) {
      for (const [first, last] of sent.open) this.#log.settle(first, last)
    }
    this.#unanswered = this.#unanswered.filter(({ last }) => last > through)
    this.pump()
  }

  #hearNack([name, lane, from, to, action, retryAfterMs]) {
    if (name !== stream || lane !== live) return
    const [first, last] = [BigInt(from), BigInt(to)]
    if (action === retry) this.#log.again(first, last, performance.now() + Math.min(dayMs, whole(retryAfterMs)))
    else {
      this.#log.settle(first, last)
      this.#log.counts.refused += Number(last - first) + 1
    }
    for (const sent of this.#unanswered) sent.open = sent.open.flatMap((range) => without(range, first, last))
    this.#unanswered = this.#unanswered.filter(({ open }) => open.length > 0)
    this.pump()
  }

  #say(...message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(encode(message))
  }

  #after(ms, act) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      if (!this.#isOver) act()
    }, ms)
    this.#timers.add(timer)
  }

  #end(reason, stayAwayMs = 0) {
    if (this.#isOver) return
    this.#isOver = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#socket.close()
    this.#log.recall()
    this.#ended.resolve({ wasWelcome: this.#isWelcomed, stayAwayMs, reason })
  }
}

/** The parts of a range outside of `first` to `last`. */
function without([from, to], first, last) {
  if (to < first || from > last) return [[from, to]]
  return [
    [from, first - 1n],
    [last + 1n, to],
  ].filter(([a, b]) => a <= b && a >= from && b <= to)
}

function whole(value) {
  const number = Number(value)
  if (!Number.isSafeInteger(number) || number < 0) throw new TypeError('no count')
  return number
}
