import type { AlarmKey, NetworkId, NodeId } from '@headwatch/protocol'

/** A node of a network, as alarms name it. */
export interface NodeName {
  readonly network: NetworkId
  readonly node: NodeId
}

export const silentType = 'node_silent'
export const pathType = 'path_lost'

export function silentKey({ network, node }: NodeName): AlarmKey {
  return { resource: `node/${escapeSlash(network)}/${node}`, alarmType: silentType, qualifier: '' }
}

export function pathKey(network: NetworkId): AlarmKey {
  return { resource: `network/${escapeSlash(network)}`, alarmType: pathType, qualifier: '' }
}

/** The node a `node_silent` alarm is about; undefined for any other key. */
export function nodeOfKey({ resource, alarmType }: AlarmKey): NodeName | undefined {
  const parts = /^node\/([^/]*)\/(.*)$/s.exec(resource)
  const network = parts?.[1]
  const node = parts?.[2]
  if (alarmType !== silentType || network === undefined || node === undefined) return undefined
  return { network: network.replaceAll('%2F', '/'), node }
}

function escapeSlash(text: string): string {
  return text.replaceAll('/', '%2F')
}
