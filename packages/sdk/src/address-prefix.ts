import { isIPv4, isIPv6 } from 'node:net'

/** `192.0.2.0/24`, `2001:db8:7::/48`: the network an address is in; undefined for what is no address. */
export function addressPrefix(address: string): string | undefined {
  if (isIPv4(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`
  if (!isIPv6(address)) return undefined
  const mapped = address.slice(address.lastIndexOf(':') + 1)
  if (isIPv4(mapped)) return addressPrefix(mapped)
  const [head = '', tail] = (address.split('%', 1)[0] ?? '').split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const groups = [...before, ...Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after]
  const first = groups.slice(0, 3).map((group) => Number.parseInt(group, 16).toString(16))
  return `${first.join(':')}::/48`
}
