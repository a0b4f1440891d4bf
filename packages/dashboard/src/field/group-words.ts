import type { NodeActivity } from '@headwatch/protocol'
import type { FieldGroup, FieldGrouping, NodeFilter } from '@headwatch/protocol/reporting'
import { countryName } from '../format/country-name.ts'
import { countOf } from '../format/numbers.ts'
import { shortHash } from '../format/short-hash.ts'
import { visibleText } from '../format/visible-text.ts'

export const groupingTitles: Readonly<Record<FieldGrouping, string>> = {
  country: 'Country',
  client: 'Client',
  head: 'Head',
  state: 'State',
}

const activityTitles: Readonly<Record<NodeActivity, string>> = {
  in_sync: 'In sync',
  behind: 'Behind',
  syncing: 'Syncing',
  other_head: 'Other head',
  silent: 'Silent',
  unknown: 'Not known yet',
}

const unknownTitles: Readonly<Record<FieldGrouping, string>> = {
  country: 'Country not known',
  client: 'Client not known',
  head: 'Not known',
  state: 'Not known',
}

/** What the label of a group says; `short` where countries stand as their codes. */
export function groupTitle({ key, merged }: FieldGroup, by: FieldGrouping, length: 'long' | 'short'): string {
  if (merged !== undefined) return length === 'short' ? 'Other' : countOf(merged, 'other')
  if (key === undefined) return length === 'short' ? 'Not known' : unknownTitles[by]
  if (by === 'client') return visibleText(key)
  if (by === 'country') return visibleText(length === 'short' ? key : countryName(key))
  return stateTitle(key, by)
}

function stateTitle(key: string, by: FieldGrouping): string {
  if (!isActivity(key)) return `Other head ${shortHash(key)}`
  return by === 'head' && key === 'in_sync' ? 'On the head' : activityTitles[key]
}

/** What finds the nodes of a group, and no others; undefined where no filter can. */
export function groupFilter({ key, merged }: FieldGroup, by: FieldGrouping): NodeFilter | undefined {
  if (key === undefined || merged !== undefined) return undefined
  if (by === 'country') return { country: [key] }
  if (by === 'client') return { client: [key] }
  return isActivity(key) ? { activity: [key] } : { activity: ['other_head'], text: key }
}

function isActivity(key: string): key is NodeActivity {
  return Object.hasOwn(activityTitles, key)
}
