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

/** Records that the agent declared as never coming. */
export interface HistoryGap {
  readonly records: bigint
  readonly reason: string
  readonly storedAt: number
}

/** A node's past as the API tells it. */
export interface History {
  readonly series: readonly HistorySeries[]
  /** Newest first. */
  readonly gaps: readonly HistoryGap[]
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
export async function fetchHistory(question: HistoryQuestion, signal: AbortSignal): Promise<History> {
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
  return readHistory(await response.json())
}

/** What an answer holds; whatever has another shape is left out. */
export function readHistory(body: unknown): History {
  const { series, gaps } = isRecord(body) ? body : {}
  return {
    series: Array.isArray(series) ? series.filter(isSeries) : [],
    gaps: Array.isArray(gaps) ? gaps.flatMap(readGap) : [],
  }
}

function readGap(value: unknown): readonly HistoryGap[] {
  if (!isRecord(value)) return []
  const { first, last, reason, storedAt } = value
  if (!isDecimal(first) || !isDecimal(last) || typeof reason !== 'string' || typeof storedAt !== 'number') return []
  return [{ records: BigInt(last) - BigInt(first) + 1n, reason, storedAt }]
}

function isDecimal(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,20}$/.test(value)
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
