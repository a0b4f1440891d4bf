import { type Alarm, alarmKeyText, type NetworkId } from '@headwatch/protocol'
import { type NodeField, type Row, toJson, type ViewContent, type ViewQuestion } from '@headwatch/protocol/reporting'
import type { NetworkReader } from '@headwatch/sdk'
import { fieldOf } from './node-field.ts'
import { windowOfNodes } from './node-list.ts'

/** What views are made from. */
export interface ViewSources {
  readonly network: NetworkReader
  readonly alarms: () => readonly Alarm[]
  /** Sentences on what of the server does not work. */
  readonly health: () => readonly string[]
}

/** The answer to `question` as it stands. A network or node nobody has heard of gives no rows, or the value null. */
export function viewContent(question: ViewQuestion, { network, alarms, health }: ViewSources): ViewContent {
  switch (question.of) {
    case 'networks':
      return allRows(network.networks(), (summary) => summary.network)
    case 'summary':
      return value(network.networks().find((summary) => summary.network === question.network))
    case 'blocks':
      return allRows(network.blocks(question.network, question.count), ({ block }) => block.hash)
    case 'nodes':
      return nodeRows(question, network)
    case 'field':
      return value(nodeField(question, network))
    case 'node':
      return value(network.node(question.network, question.node))
    case 'alarms':
      return allRows(alarms().filter(isAbout(question.network)), (alarm) => alarmKeyText(alarm.key))
    case 'server':
      return value({ problems: health() })
  }
}

function nodeRows(question: Extract<ViewQuestion, { of: 'nodes' }>, network: NetworkReader): ViewContent {
  const { filter, sort, window } = question
  const { nodes, total, known } = windowOfNodes(network.list(question.network), filter, sort, window)
  const rows = nodes.flatMap(({ node }): readonly Row[] => {
    const state = network.node(question.network, node)
    return state === undefined ? [] : [{ key: node, value: toJson(state) }]
  })
  return { kind: 'rows', rows, total, known, offset: window.offset }
}

function nodeField(question: Extract<ViewQuestion, { of: 'field' }>, network: NetworkReader): NodeField {
  const summary = network.networks().find((one) => one.network === question.network)
  return fieldOf(network.list(question.network), summary?.head, question)
}

function allRows<T>(items: readonly T[], keyOf: (item: T) => string): ViewContent {
  const rows = items.map((item): Row => ({ key: keyOf(item), value: toJson(item) }))
  return { kind: 'rows', rows, total: rows.length, known: rows.length, offset: 0 }
}

function value(item: unknown): ViewContent {
  return { kind: 'value', value: toJson(item) }
}

function isAbout(network: NetworkId | undefined): (alarm: Alarm) => boolean {
  return (alarm) => network === undefined || alarm.origin?.network === undefined || alarm.origin.network === network
}
