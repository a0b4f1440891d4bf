/**
 * The address that agents speak to on the server at `url`: its page's address is taken too, and where it has a path of its
 * own, agents have theirs below that. What is no address stays as it is, for the configuration to complain of.
 */
export function nativeEndpoint(url: string): string {
  const match = /^(http|ws)(s?):\/\/([^/?#]+)(\/[^?#]*)?$/.exec(url)
  if (match === null) return url
  const [, , secure = '', host, path = ''] = match
  const folder = path.replace(/\/+$/, '')
  return `ws${secure}://${host}${folder.endsWith('/agent') ? folder : `${folder}/agent`}`
}
