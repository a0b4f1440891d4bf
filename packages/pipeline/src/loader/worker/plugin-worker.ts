import { Worker } from 'node:worker_threads'
import type { Admission, AdmissionVerdict, Host, HostOf, Kind, Knock, StoreReader } from '@headwatch/sdk'
import { unlessAborted } from '../../supervision/unless-aborted.ts'
import type { PluginLocation } from '../load-package.ts'
import { answerNow, NowCaller, type NowLine, nowLine } from './call-now.ts'
import { type Handlers, ThreadPeer } from './thread-peer.ts'
import { type InstanceFacts, type Measured, storeQuestions, type WorkerStart } from './worker-start.ts'

const entry = new URL(import.meta.url.endsWith('.ts') ? './plugin.worker.ts' : './plugin.worker.js', import.meta.url)

const startDeadlineMs = 10_000
const endDeadlineMs = 2_000
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 }

/** The worker died: crashed, ran out of its memory, or was ended. A fault of that instance alone. */
export class WorkerEndedError extends Error {
  override readonly name = 'WorkerEndedError'

  constructor(why: string) {
    super(`the plugin's worker ended: ${why}`)
  }
}

export interface WorkerPlugin<K extends Kind> {
  readonly kind: K
  readonly location: PluginLocation
  /** As the operator wrote it. */
  readonly config: unknown
  readonly host: HostOf<K>
}

/** One instance of a plugin in a thread of its own, with a memory of its own. Whatever happens in it, this thread goes on. */
export class PluginWorker<K extends Kind> implements AsyncDisposable {
  readonly #worker: Worker
  readonly #peer: ThreadPeer
  readonly #now: NowCaller
  readonly #lines: readonly NowLine[]
  readonly #starting = new AbortController()
  readonly #leaves = new Map<number, () => void>()
  #facts: InstanceFacts | undefined
  #ended: WorkerEndedError | undefined

  /** Begins to start the thread; calls made before it is ready wait. `extra` are further things the worker may ask for. */
  constructor({ kind, location, config, host }: WorkerPlugin<K>, extra: Handlers = {}) {
    const [fromProgram, toWorker] = nowLine()
    const [fromWorker, toProgram] = nowLine()
    this.#now = new NowCaller(fromProgram)
    this.#lines = [fromProgram, toProgram]
    const lent = host as Host & Partial<HostOf<'receiver'> & HostOf<'processor'>>
    const store = lent.store ?? (lent.storedRanges && { storedRanges: lent.storedRanges })
    const workerData: WorkerStart = {
      kind,
      location,
      config,
      self: host.self,
      fromProgram: toWorker,
      fromWorker,
      hasStore: lent.store !== undefined,
    }
    this.#worker = new Worker(entry, {
      workerData,
      transferList: [toWorker.port, fromWorker.port],
      resourceLimits,
      name: location.exported,
    })
    this.#peer = new ThreadPeer(this.#worker, {
      ...hostHandlers(host),
      ...storeHandlers(store),
      ...extra,
      ready: ([facts]) => this.#ready(facts as InstanceFacts),
      failed: ([message]) => this.#end(String(message)),
      leave: ([id]) => this.#leave(id as number),
    })
    if (lent.admission !== undefined) this.#answerAdmission(toProgram, lent.admission)
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error.message : String(error)))
    this.#worker.on('exit', (code) => this.#end(`exit code ${code}`))
    void this.#watchStart(host)
  }

  /** Undefined until the instance lives. */
  get facts(): InstanceFacts | undefined {
    return this.#facts
  }

  get isEnded(): boolean {
    return this.#ended !== undefined
  }

  /** @throws {WorkerEndedError} the thread is gone. @throws what the plugin threw, with its verdict. */
  call(method: string, args: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    return this.#peer.call(method, args, signal)
  }

  tell(method: string, args: readonly unknown[]): void {
    this.#peer.tell(method, args)
  }

  /** Asks and blocks this thread for at most `timeoutMs`, the time the worker needs to start not counted. */
  callNow(method: string, args: readonly unknown[], timeoutMs: number): unknown {
    if (this.#ended !== undefined) throw this.#ended
    this.#now.awaitListener(startDeadlineMs)
    return this.#now.call(method, args, timeoutMs)
  }

  /** Lets the instance end by itself for a moment, then ends the thread. Safe to call twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended === undefined) {
      await unlessAborted(this.#peer.call('dispose', []), AbortSignal.timeout(endDeadlineMs)).catch(() => undefined)
      this.#end('it was told to')
    }
    await this.#worker.terminate()
  }

  async #watchStart({ clock }: Host): Promise<void> {
    await clock.sleep(startDeadlineMs, this.#starting.signal).catch(() => undefined)
    if (!this.#starting.signal.aborted) this.#end(`it was not ready within ${startDeadlineMs} ms`)
  }

  #ready(facts: InstanceFacts): void {
    this.#facts = facts
    this.#starting.abort()
  }

  #end(why: string): void {
    if (this.#ended !== undefined) return
    this.#ended = new WorkerEndedError(why)
    this.#starting.abort()
    this.#peer.end(this.#ended)
    for (const leave of this.#leaves.values()) leave()
    this.#leaves.clear()
    for (const { port } of this.#lines) port.close()
    void this.#worker.terminate()
  }

  #leave(id: number): void {
    this.#leaves.get(id)?.()
    this.#leaves.delete(id)
  }

  /** A verdict's `leave` stays here; the worker is given its number. */
  #answerAdmission(line: NowLine, admission: Admission): void {
    let leaves = 0
    answerNow(line, (method, args) => {
      if (method === 'identify') return admission.identify(...(args as Parameters<Admission['identify']>))
      if (method === 'mayDo') return admission.mayDo(...(args as Parameters<Admission['mayDo']>))
      const verdict: AdmissionVerdict = admission.admit(args[0] as Knock)
      if (!verdict.admitted) return verdict
      this.#leaves.set(++leaves, verdict.leave)
      return { admitted: true, principal: verdict.principal, leave: leaves }
    })
    line.port.unref()
  }
}

function hostHandlers({ logger, meter }: Host): Handlers {
  return {
    log: ([level, message, fields]) => logger[level as 'info'](message as string, fields as Record<string, unknown>),
    measured: ([measured]) => {
      for (const { kind, name, value, labels } of measured as readonly Measured[]) meter[kind](name, value, labels)
    },
  }
}

function storeHandlers(store: Partial<StoreReader> | undefined): Handlers {
  const entries = storeQuestions.flatMap((name) => {
    const question = store?.[name] as ((...args: unknown[]) => Promise<unknown>) | undefined
    if (question === undefined) return []
    return [[name, (args: readonly unknown[], signal: AbortSignal) => question.call(store, ...args, signal)] as const]
  })
  return Object.fromEntries(entries)
}
