import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type MetricRegistry, processProbe, prometheusText, type RunningPipelines } from '@headwatch/pipeline'
import type { AlarmBook } from '@headwatch/protocol'
import { type Clock, type Logger, type NetworkReader, RejectedError } from '@headwatch/sdk'
import type { WebSocketDoor } from '../door/web-socket-door.ts'
import type { ServerSettings } from '../settings.ts'
import type { Api } from './api.ts'
import { completenessOf } from './completeness.ts'
import { Feed } from './feed/feed.ts'
import { httpApi } from './http-api.ts'

export interface ReportingOptions {
  readonly settings: ServerSettings
  readonly version: string
  readonly dashboardFolder: string | undefined
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: MetricRegistry
  readonly network: NetworkReader
  readonly alarms: AlarmBook
  readonly pipelines: RunningPipelines
  readonly frontDoor: WebSocketDoor
}

export interface RunningReporting {
  readonly url: string
  stop(): Promise<void>
}

/** Listens: page, API, feed, health, and whatever receivers hung on the front door. @throws {RejectedError} the address cannot be had. */
export async function startReporting(options: ReportingOptions): Promise<RunningReporting> {
  const { settings, version, clock, logger, metrics, network, pipelines, frontDoor } = options
  const alarms = () => options.alarms.list()
  const completeness = (id?: string) => {
    const lost = {
      dropped: metrics.total('headwatch_dropped_total'),
      missing: metrics.total('headwatch_gap_records_total', { destination: undefined }), // Not those passed on.
    }
    return completenessOf(network, lost, clock.now(), id)
  }
  const health = () => pipelines.problems()
  using starting = new DisposableStack()
  starting.defer(metrics.probe(starting.use(processProbe()).read))
  const api = await httpApi({
    ...options,
    alarms,
    store: pipelines.firstStore,
    completenessOf: completeness,
    health,
    metrics: () => prometheusText(metrics.read()),
  })
  frontDoor.attach(api.server)
  api.addHook('onRequest', async (request, reply) => {
    if (frontDoor.takesPost(request.raw, reply.raw)) reply.hijack()
  })
  const url = await listen(api, settings.listen)
  const feedOptions = { maxViewers: settings.maxViewers, tickMs: settings.feedEveryMs, server: settings.name, version }
  const feed = new Feed(feedOptions, {
    clock,
    meter: metrics,
    logger,
    sources: { network, alarms, health },
    completeness,
  })
  const probing = starting.move()
  const ending = new AbortController()
  const feeding = feed.run(frontDoor, ending.signal)
  const stop = async () => {
    ending.abort()
    await feeding
    api.server.closeAllConnections()
    await api.close()
    probing.dispose()
  }
  return { url, stop }
}

async function listen(api: Api, address: string): Promise<string> {
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(address) ?? []
  try {
    await api.ready()
    api.server.listen({ host: host.replace(/^\[|\]$/g, ''), port: Number(port) })
    await once(api.server, 'listening')
  } catch (cause) {
    throw new RejectedError(`cannot listen on ${address}: ${whyNot(cause)}`, { cause })
  }
  return `http://${host}:${(api.server.address() as AddressInfo).port}`
}

function whyNot(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  switch (code) {
    case 'EADDRINUSE':
      return 'another program listens there; stop it, or choose another address with --listen'
    case 'EACCES':
      return 'this user may not; ports below 1024 need more rights'
    case 'EADDRNOTAVAIL':
      return 'this machine does not have that address'
    default:
      return message
  }
}
