/**
 * `text` with the lines between `<!-- NAME: begin … -->` and `<!-- NAME: end -->` replaced by `body`.
 *
 * @throws {Error} either marker is not there.
 */
export function withMarkedSection(text: string, name: string, body: string): string {
  const begin = new RegExp(`^<!-- ${name}: begin[^\\n]*-->\\n`, 'm').exec(text)
  const endAt = text.indexOf(`<!-- ${name}: end -->`)
  if (begin === null || endAt < begin.index) throw new Error(`no markers "${name}: begin" and "${name}: end"`)
  return `${text.slice(0, begin.index + begin[0].length)}\n${body.trim()}\n\n${text.slice(endAt)}`
}
