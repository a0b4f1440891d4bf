import { visibleText } from '../format/visible-text.ts'

/** One slot of a series; slots without a reading are absent. */
export interface HistoryPoint {
  readonly at: number
  readonly mean: number
}

export interface HistorySeries {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly points: readonly HistoryPoint[]
}

export interface HistoryQuestion {
  readonly network: string
  readonly node: string
  readonly names: readonly string[]
  readonly from: number
  readonly to: number
  readonly points: number
}

/** Asks the API for a node's past. @throws {Error} with one sentence for people. */
export async function fetchHistory(question: HistoryQuestion, signal: AbortSignal): Promise<readonly HistorySeries[]> {
  const { network, node, names, from, to, points } = question
  const path = `api/v1/networks/${encodeURIComponent(network)}/nodes/${encodeURIComponent(node)}/history`
  const url = new URL(path, document.baseURI)
  url.search = new URLSearchParams({
    names: names.join(','),
    from: String(Math.floor(from)),
    to: String(Math.floor(to)),
    points: String(points),
  }).toString()
  const response = await fetch(url, { signal }).catch((cause) => {
    throw new Error('The server did not answer.', { cause })
  })
  if (!response.ok) throw new Error(await complaintOf(response))
  return readSeries(await response.json())
}

/** The series of an answer; whatever has another shape is left out. */
export function readSeries(body: unknown): readonly HistorySeries[] {
  const list = isRecord(body) ? body.series : undefined
  return Array.isArray(list) ? list.filter(isSeries) : []
}

/** The API's own sentence where it gives one. */
async function complaintOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined)
  const error = isRecord(body) ? body.error : undefined
  const message = isRecord(error) ? error.message : undefined
  return typeof message === 'string' ? visibleText(message.slice(0, 300)) : `The server answered ${response.status}.`
}

function isSeries(value: unknown): value is HistorySeries {
  return isRecord(value) && typeof value.name === 'string' && isRecord(value.labels) && Array.isArray(value.points)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
