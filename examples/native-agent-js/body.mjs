import { encode } from './msgpack.mjs'

const logEntry = 5

/** The body of a data frame that holds log entries of one node: { at, severity, application, message }. */
export function logBody(records, { agent, node }) {
  const texts = []
  const places = new Map()
  const shared = (text) => {
    if (!places.has(text)) places.set(text, texts.push(text) - 1)
    return places.get(text)
  }
  const origins = [[shared(agent), shared(node)]]
  const rows = records.map(({ at, severity, application, message }) => {
    return [logEntry, 0, at, null, severity, null, shared(application), message]
  })
  return encode([texts, origins, null, rows])
}
