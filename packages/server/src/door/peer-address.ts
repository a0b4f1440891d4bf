import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** The proxies whose word on the address of the peer is believed. */
export type TrustedProxies = (address: string) => boolean

/** `ranges` are addresses or CIDR ranges; with none nobody is believed. @throws {RangeError} naming the bad one. */
export function trustedProxies(ranges: readonly string[]): TrustedProxies {
  const list = new BlockList()
  for (const range of ranges) addRange(list, range)
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/**
 * The peer's address without port: the socket's own, or, where that is a trusted proxy, the last hop in
 * X-Forwarded-For that is not one. What an untrusted peer writes there is ignored.
 */
export function peerAddress(request: IncomingMessage, isTrusted: TrustedProxies): string {
  let address = plain(request.socket.remoteAddress ?? '')
  const hops = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .map((hop) => plain(hop.trim()))
  while (isTrusted(address)) {
    const hop = hops.pop()
    if (hop === undefined || isIP(hop) === 0) break
    address = hop
  }
  return address
}

/** IPv4 addresses that a dual-stack socket shows as `::ffff:192.0.2.1` are shown as IPv4. */
function plain(address: string): string {
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address
}

function addRange(list: BlockList, range: string): void {
  const [address = '', bits] = range.split('/', 2)
  const version = isIP(address)
  const prefix = bits === undefined ? (version === 6 ? 128 : 32) : Number(bits)
  if (version === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > (version === 6 ? 128 : 32)) {
    throw new RangeError(`"${range}" is not an address or a CIDR range`)
  }
  list.addSubnet(address, prefix, version === 6 ? 'ipv6' : 'ipv4')
}
