/** Whether an address is this machine's own, or names a link within this program. No socket has an address of that form. */
export function isLoopback(address: string): boolean {
  return (
    address === '::1' ||
    address.startsWith('in_process:') ||
    /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/i.test(address)
  )
}
