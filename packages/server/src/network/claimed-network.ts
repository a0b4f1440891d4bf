import { networkIdOf, type TelemetryRecord } from '@headwatch/protocol'
import { chainOf } from './network-identity.ts'

/** The network a record names by itself, in the longest form its fields allow; undefined where it names none. */
export function claimedNetwork(record: TelemetryRecord): string | undefined {
  const named = record.origin.network
  if (record.type !== 'node') return named
  const chainId = record.chainId ?? (named === undefined ? undefined : chainOf(named)?.chainId) ?? record.networkId
  if (chainId === undefined) return named
  if (record.genesis !== undefined) return networkIdOf(chainId, record.genesis)
  return named ?? networkIdOf(chainId)
}
