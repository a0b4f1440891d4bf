import type { Screen } from './address.ts'

export const screens: readonly { readonly screen: Screen; readonly label: string }[] = [
  { screen: 'overview', label: 'Overview' },
  { screen: 'nodes', label: 'Nodes' },
]
