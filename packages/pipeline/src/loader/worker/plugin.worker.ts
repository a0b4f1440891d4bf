/*
 * The entry point of a worker that runs one instance of one plugin. What fails before the instance lives ends the
 * worker with a sentence; what fails later is the instance's own fault and crosses as such.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { Exporter, InstanceOf, Kind, Plugin, Processor } from '@headwatch/sdk'
import { answerNow } from './call-now.ts'
import { hostInWorker } from './host-in-worker.ts'
import { askNow, methodsOf, serveInstance } from './serve-instance.ts'
import { type Handlers, ThreadPeer } from './thread-peer.ts'
import type { InstanceFacts, WorkerStart } from './worker-start.ts'

if (parentPort === null) throw new Error('this file is started as a worker, with the start of one as its data')
const start = workerData as WorkerStart
const living = Promise.withResolvers<Handlers>()
living.promise.catch(() => undefined) // Its failure is told below, and to every call that waits for it.
const peer = new ThreadPeer(parentPort, onceLiving(living.promise))
try {
  const instance = await makeInstance()
  living.resolve(serveInstance(start.kind, instance, peer))
  if (start.kind === 'processor') answerNow(start.fromProgram, askNow(instance as Processor))
  peer.tell('ready', [factsOf(instance as Partial<Exporter>)])
} catch (error) {
  living.reject(error)
  peer.tell('failed', [error instanceof Error ? error.message : String(error)])
}

async function makeInstance(): Promise<InstanceOf<Kind>> {
  const module = (await import(start.location.module)) as Record<string, Plugin>
  const plugin = module[start.location.exported]
  if (plugin === undefined) throw new Error(`its package exports no "${start.location.exported}"`)
  const checked = await plugin.config['~standard'].validate(start.config)
  if (checked.issues !== undefined) throw new Error('its configuration does not pass its own schema')
  return plugin.create(checked.value, hostInWorker(start, peer) as never)
}

/** Calls that come before the instance lives wait for it. */
function onceLiving(handlers: Promise<Handlers>): Handlers {
  const waiting = (method: string) => [
    method,
    async (args: readonly unknown[], signal: AbortSignal) => (await handlers)[method]?.(args, signal),
  ]
  return Object.fromEntries(methodsOf(start.kind).map(waiting))
}

function factsOf({ inFlight, acknowledges }: Partial<Exporter>): InstanceFacts {
  return { inFlight, acknowledges }
}
