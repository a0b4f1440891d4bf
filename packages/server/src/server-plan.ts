import type { Instance, MetricRegistry, Plan } from '@headwatch/pipeline'
import type { AlarmBook } from '@headwatch/protocol'
import type { Clock, Plugin } from '@headwatch/sdk'
import { alarmBookProcessor } from './alarms/alarm-book-processor.ts'
import { throughGateway } from './gateway/through-gateway.ts'

export interface ServerPlanParts {
  readonly network: Plugin<'processor'>
  readonly alarms: AlarmBook
  readonly clock: Clock
  readonly metrics: MetricRegistry
  readonly maxWaitingRecords: number
}

const handover = { handoverRecords: 100, handoverMs: 20 }

/**
 * The plan of a server: receivers hand over through gateways, the live state sees everything first, the alarm book last.
 * Judgement happens in every pipeline that a receiver feeds.
 */
export function serverPlan(plan: Plan, parts: ServerPlanParts): Plan {
  const first: Instance<'processor'> = { name: 'network', plugin: parts.network, config: {}, settings: {} }
  const last: Instance<'processor'> = {
    name: 'alarm_book',
    plugin: alarmBookProcessor(parts.alarms) as Plugin<'processor'>,
    config: {},
    settings: {},
  }
  return {
    ...plan,
    receivers: plan.receivers.map((instance) => ({ ...instance, plugin: behindGateway(instance, parts) })),
    processors: [first, ...plan.processors, last],
    pipelines: plan.pipelines.map((pipeline) => ({
      ...pipeline,
      through: [first.name, ...pipeline.through, last.name],
    })),
  }
}

function behindGateway(
  { name, plugin }: Instance<'receiver'>,
  { clock, metrics, maxWaitingRecords }: ServerPlanParts,
): Plugin<'receiver'> {
  return throughGateway(plugin, { ...handover, name, maxRecords: maxWaitingRecords }, { clock, meter: metrics })
}
