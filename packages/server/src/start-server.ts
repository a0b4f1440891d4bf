import { randomUUID } from 'node:crypto'
import {
  type DrainOutcome,
  MetricRegistry,
  type Plan,
  queueFolders,
  startPipelines,
  systemClock,
} from '@headwatch/pipeline'
import { AlarmBook } from '@headwatch/protocol'
import type { Admission, Logger, NetworkReader, StoreReader } from '@headwatch/sdk'
import { trustedProxies } from './door/peer-address.ts'
import { WebSocketDoor } from './door/web-socket-door.ts'
import { networkProcessor } from './network/network-processor.ts'
import { NetworkState } from './network/network-state.ts'
import { startReporting } from './reporting/start-reporting.ts'
import { serverPlan } from './server-plan.ts'
import type { ServerSettings } from './settings.ts'

export interface ServerOptions {
  readonly plan: Plan
  readonly settings: ServerSettings
  readonly admission: Admission
  readonly logger: Logger
  readonly version: string
  /** The built page; undefined where there is none. */
  readonly dashboardFolder: string | undefined
}

/** A server that takes agents in and answers. */
export interface RunningServer extends AsyncDisposable {
  /** Where the page is: `http://127.0.0.1:3000`. */
  readonly url: string
  readonly network: NetworkReader
  readonly metrics: MetricRegistry
  problems(): readonly string[]
  /** Stops taking anything in, brings out what is held within `drainMs`, and ends. Safe to call twice. */
  stop(): Promise<DrainOutcome>
}

/**
 * Starts a server in this process: front door, pipelines, live state, API and feed.
 *
 * @throws {RejectedError} one sentence when the address is taken or not ours, or a store cannot be opened. Nothing runs then.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { settings, logger, admission } = options
  const clock = systemClock
  const metrics = new MetricRegistry()
  const epoch = randomUUID()
  const network = new NetworkState({ startedAt: clock.now() })
  const alarms = new AlarmBook()
  const doorOptions = { maxConnections: settings.maxConnections, isTrusted: trustedProxies(settings.trustedProxies) }
  const frontDoor = new WebSocketDoor(doorOptions, { logger, meter: metrics })
  const planParts = {
    network: networkProcessor(network),
    alarms,
    clock,
    metrics,
    maxWaitingRecords: settings.maxWaitingRecords,
  }
  const lent = { admission, frontDoor, network: network.reader }
  const pipelines = await startPipelines(serverPlan(options.plan, planParts), {
    clock,
    logger,
    metrics,
    lent,
    epoch,
    ...queueFolders(settings.folder, 'server.folder', { clock, logger, meter: metrics }),
    recall: (store) => recall(store, network, alarms, clock.now()),
  })
  const reportingOptions = { ...options, clock, metrics, network: network.reader, alarms, pipelines, frontDoor }
  const reporting = await startReporting(reportingOptions).catch(async (error: unknown) => {
    await pipelines.drain(0)
    throw error
  })
  let stopped: ReturnType<RunningServer['stop']> | undefined
  const stopOnce = async () => {
    const outcome = await pipelines.drain(settings.drainMs)
    await reporting.stop()
    return outcome
  }
  const stop = () => {
    stopped ??= stopOnce()
    return stopped
  }
  const dispose = async () => void (await stop())
  return {
    url: reporting.url,
    network: network.reader,
    metrics,
    problems: () => pipelines.problems(),
    stop,
    [Symbol.asyncDispose]: dispose,
  }
}

/** What the store remembers of nodes and alarms, so that a restart forgets neither. */
async function recall(store: StoreReader, network: NetworkState, alarms: AlarmBook, now: number): Promise<void> {
  network.restore(await store.nodes())
  for (const alarm of await store.alarms({ from: 0, to: now + 1, limit: 10_000 })) alarms.restore(alarm)
}
