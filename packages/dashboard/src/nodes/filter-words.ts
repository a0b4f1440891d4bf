import type { NodeActivity } from '@headwatch/protocol'
import type { NodeFilter } from '@headwatch/protocol/reporting'
import { countryName } from '../format/country-name.ts'
import { visibleText } from '../format/visible-text.ts'

export type FilterPart = 'text' | 'activity' | 'client' | 'country'

export const activityWords: Readonly<Record<NodeActivity, string>> = {
  in_sync: 'in sync',
  behind: 'behind',
  syncing: 'syncing',
  other_head: 'on another head',
  silent: 'silent',
  unknown: 'not known yet',
}

/** Each part of a filter as a claim about a node: `state is silent`, `contains “zz”`. */
export function filterWords(filter: NodeFilter): readonly { readonly part: FilterPart; readonly words: string }[] {
  const { activity, client, country, text } = filter
  return [
    activity === undefined
      ? []
      : [{ part: 'activity' as const, words: `state is ${any(activity.map((one) => activityWords[one]))}` }],
    client === undefined
      ? []
      : [{ part: 'client' as const, words: `client begins with ${any(client.map(visibleText))}` }],
    country === undefined
      ? []
      : [
          {
            part: 'country' as const,
            words: `country is ${any(country.map((code) => visibleText(countryName(code))))}`,
          },
        ],
    text === undefined ? [] : [{ part: 'text' as const, words: `contains “${visibleText(text)}”` }],
  ].flat()
}

/** The filter without one of its parts. */
export function withoutPart(filter: NodeFilter, part: FilterPart): NodeFilter {
  return Object.fromEntries(Object.entries(filter).filter(([key]) => key !== part))
}

function any(words: readonly string[]): string {
  return words.join(' or ')
}
