/**
 * Name and version out of a client's own text: `Geth/v1.17.0-stable/linux-amd64/go1.24` becomes `Geth 1.17.0`.
 * A text without a version is given back as far as its first slash.
 */
export function clientName(client: string): string {
  const name = client.split('/', 1)[0] ?? ''
  const version = /(?:^|[/\s])v?(\d+\.\d+(?:\.\d+)*)/.exec(client.slice(name.length))?.[1]
  return version === undefined ? name : `${name} ${version}`
}
