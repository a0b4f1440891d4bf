import type { Batch, Gap, Telemetry, TelemetryRecord } from '@headwatch/protocol'
import type {
  Accept,
  Collector,
  Emit,
  Exporter,
  HostOf,
  InstanceOf,
  Kind,
  Plugin,
  Position,
  Processor,
  Receiver,
} from '@headwatch/sdk'
import type { PluginLocation } from '../load-package.ts'
import { PluginWorker, type WorkerPlugin } from './plugin-worker.ts'
import type { Processed } from './serve-instance.ts'
import { StoreInWorker } from './store-in-worker.ts'

/** How long the program stands still for one record of a processor in a worker. */
const processTimeoutMs = 500

/**
 * `plugin` with every instance in a worker thread of its own, behind the same contract. `config` is what the operator
 * wrote, as plain data: the worker checks it again, because a checked one may hold what cannot be copied.
 *
 * A processor's `process` answers at once, so the program stands still for it: a round trip between two threads for each
 * record, at most half a second; longer is a fault.
 */
export function intoWorker<K extends Kind>(plugin: Plugin<K>, location: PluginLocation, config: unknown): Plugin<K> {
  const make = makers[plugin.kind] as (start: WorkerPlugin<K>) => InstanceOf<K>
  return {
    ...plugin,
    create: (_, host: HostOf<K>) => make({ kind: plugin.kind, location, config, host }),
  }
}

const makers: { readonly [K in Kind]: (start: WorkerPlugin<K>) => InstanceOf<K> } = {
  collector: collectorInWorker,
  receiver: receiverInWorker,
  processor: processorInWorker,
  exporter: exporterInWorker,
  store: (start) => new StoreInWorker(start),
}

function collectorInWorker(start: WorkerPlugin<'collector'>): Collector {
  const worker = new PluginWorker(start)
  let rounds = 0
  return {
    async *collect(signal) {
      const round = ++rounds
      try {
        for (;;) {
          const next = (await worker.call('next', [round], signal)) as IteratorResult<Telemetry, unknown>
          if (next.done === true) return
          yield next.value
        }
      } finally {
        worker.tell('endRound', [round])
      }
    },
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  }
}

function receiverInWorker(start: WorkerPlugin<'receiver'>): Receiver & AsyncDisposable {
  let lent: Accept | undefined
  const worker = new PluginWorker(start, {
    accept: ([items, position]) => lent?.(items as readonly Telemetry[], position as Position | undefined),
    acceptGap: ([gap]) => lent?.gap(gap as Gap),
  })
  return {
    async listen(accept, signal) {
      lent = accept
      await worker.call('listen', [], signal)
    },
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  }
}

function processorInWorker(start: WorkerPlugin<'processor'>): Processor {
  const worker = new PluginWorker(start)
  const ask = (method: string, args: readonly unknown[], emit: Emit): TelemetryRecord | undefined => {
    const { kept, added } = worker.callNow(method, args, processTimeoutMs) as Processed
    for (const item of added) emit(item)
    return kept
  }
  return {
    process: (record, emit) => ask('process', [record], emit),
    tick: (emit) => void ask('tick', [], emit),
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  }
}

function exporterInWorker(start: WorkerPlugin<'exporter'>): Exporter {
  const worker = new PluginWorker(start)
  return {
    get inFlight() {
      return worker.facts?.inFlight ?? 1
    },
    // Not known before it lives; who relies on it was checked when the configuration was read.
    get acknowledges() {
      return worker.facts === undefined || worker.facts.acknowledges === true
    },
    export: (batch: Batch, signal) => worker.call('export', [batch], signal) as ReturnType<Exporter['export']>,
    gap: async (gap, lane, signal) => void (await worker.call('gap', [gap, lane], signal)),
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  }
}
