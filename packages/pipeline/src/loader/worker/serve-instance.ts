import type { Batch, Gap, Lane, Telemetry, TelemetryRecord } from '@headwatch/protocol'
import type {
  Accept,
  Collector,
  Exporter,
  InstanceOf,
  Kind,
  Position,
  Processor,
  Receiver,
  Store,
} from '@headwatch/sdk'
import type { Handlers, ThreadPeer } from './thread-peer.ts'
import { storeQuestions } from './worker-start.ts'

/** What a processor made of one record, or of a tick. */
export interface Processed {
  readonly kept: TelemetryRecord | undefined
  readonly added: readonly Telemetry[]
}

const methods: Readonly<Record<Kind, readonly string[]>> = {
  collector: ['next', 'endRound'],
  receiver: ['listen'],
  processor: [],
  exporter: ['export', 'gap'],
  store: ['open', 'append', ...storeQuestions],
}

/** The calls the program makes of an instance of `kind`. */
export function methodsOf(kind: Kind): readonly string[] {
  return [...methods[kind], 'dispose']
}

/** Answers those calls from a living instance. */
export function serveInstance(kind: Kind, instance: InstanceOf<Kind>, peer: ThreadPeer): Handlers {
  const dispose = async () => (instance as Partial<AsyncDisposable>)[Symbol.asyncDispose]?.()
  return { dispose, ...serve[kind](instance as never, peer) }
}

/** Answers the calls for which the program stands still. */
export function askNow(processor: Processor): (method: string, args: readonly unknown[]) => Processed {
  return (method, [record]) => {
    const added: Telemetry[] = []
    const emit = (item: Telemetry) => void added.push(item)
    const kept = method === 'process' ? processor.process(record as TelemetryRecord, emit) : undefined
    if (method === 'tick') processor.tick?.(emit)
    return { kept, added }
  }
}

const serve: { readonly [K in Kind]: (instance: InstanceOf<K>, peer: ThreadPeer) => Handlers } = {
  collector: serveCollector,
  receiver: serveReceiver,
  processor: () => ({}),
  exporter: serveExporter,
  store: serveStore,
}

/** A round is an iteration of `collect`, begun with its first `next`. */
function serveCollector(collector: Collector): Handlers {
  const rounds = new Map<unknown, { readonly items: AsyncIterator<Telemetry>; readonly stop: AbortController }>()
  const begin = () => {
    const stop = new AbortController()
    return { items: collector.collect(stop.signal)[Symbol.asyncIterator](), stop }
  }
  return {
    next: ([round], signal) => {
      const { items, stop } = rounds.get(round) ?? begin()
      rounds.set(round, { items, stop })
      signal.addEventListener('abort', () => stop.abort(), { once: true })
      return items.next()
    },
    endRound: ([round]) => {
      const { items, stop } = rounds.get(round) ?? {}
      rounds.delete(round)
      stop?.abort()
      return items?.return?.()
    },
  }
}

function serveReceiver(receiver: Receiver, peer: ThreadPeer): Handlers {
  const accept: Accept = Object.assign(
    async (items: readonly Telemetry[], position?: Position) => void (await peer.call('accept', [items, position])),
    { gap: async (gap: Gap) => void (await peer.call('acceptGap', [gap])) },
  )
  return { listen: (_, signal) => receiver.listen(accept, signal) }
}

function serveExporter(exporter: Exporter): Handlers {
  return {
    export: ([batch], signal) => exporter.export(batch as Batch, signal),
    gap: ([gap, lane], signal) => exporter.gap?.(gap as Gap, lane as Lane, signal),
  }
}

function serveStore(store: Store): Handlers {
  const named = ['open', 'append', ...storeQuestions] as const
  const handler = (name: (typeof named)[number]) => {
    const method = store[name] as (...args: readonly unknown[]) => unknown
    return [name, (args: readonly unknown[], signal: AbortSignal) => method.call(store, ...args, signal)]
  }
  return Object.fromEntries(named.map(handler))
}
