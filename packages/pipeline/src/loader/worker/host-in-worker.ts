import type {
  Admission,
  AdmissionVerdict,
  Host,
  Logger,
  ProcessorHost,
  ReceiverHost,
  StoreReader,
} from '@headwatch/sdk'
import { systemClock } from '../../system-clock.ts'
import { NowCaller } from './call-now.ts'
import { MeterRelay } from './meter-relay.ts'
import type { ThreadPeer } from './thread-peer.ts'
import { storeQuestions, type WorkerStart } from './worker-start.ts'

const maxLogsUnderway = 100
const admissionTimeoutMs = 5_000

/**
 * What a plugin in a worker is lent: the program's logger, meter, admission and store, over the line; a clock of its own.
 * Front door and network state stay with the program: neither can be lent to another thread.
 */
export function hostInWorker(start: WorkerStart, peer: ThreadPeer): Host & Partial<ReceiverHost & ProcessorHost> {
  const meter = new MeterRelay((measured) => peer.call('measured', [measured]))
  const host: Host = { clock: systemClock, meter, logger: relayedLogger(peer, meter), self: start.self }
  if (start.kind === 'receiver') {
    return { ...host, admission: relayedAdmission(start, peer), storedRanges: askedStore(peer).storedRanges }
  }
  return start.kind === 'processor' && start.hasStore ? { ...host, store: askedStore(peer) } : host
}

/** What is logged faster than the program can write it is counted and let go. */
function relayedLogger(peer: ThreadPeer, meter: Host['meter']): Logger {
  let underway = 0
  const log = (level: keyof Logger) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
    if (underway >= maxLogsUnderway) return meter.count('headwatch_worker_logs_dropped_total')
    underway++
    peer.call('log', [level, message, fields]).then(
      () => underway--,
      () => underway--,
    )
  }
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') }
}

/** Admission is a matter of one answer, so the worker stands still for it. */
function relayedAdmission({ fromWorker }: WorkerStart, peer: ThreadPeer): Admission {
  const now = new NowCaller(fromWorker)
  const ask = <T>(method: string, args: readonly unknown[]) => now.call(method, args, admissionTimeoutMs) as T
  return {
    admit: (knock) => {
      const verdict = ask<AdmissionVerdict & { readonly leave?: unknown }>('admit', [knock])
      if (!verdict.admitted) return verdict
      const place = verdict.leave
      return { ...verdict, leave: () => peer.tell('leave', [place]) }
    },
    identify: (token, address) => ask('identify', [token, address]),
    mayDo: (principal, action) => ask('mayDo', [principal, action]),
  }
}

function askedStore(peer: ThreadPeer): StoreReader {
  const question =
    (name: string) =>
    (...args: readonly unknown[]) => {
      const signal = args.find((arg) => arg instanceof AbortSignal)
      return peer.call(
        name,
        args.filter((arg) => arg !== signal && arg !== undefined),
        signal,
      )
    }
  return Object.fromEntries(storeQuestions.map((name) => [name, question(name)])) as unknown as StoreReader
}
