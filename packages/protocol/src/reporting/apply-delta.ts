import type { Row, ViewContent, ViewDelta } from './feed.ts'

/** The content after `delta`. A delta of the other kind replaces nothing and gives `content` back. */
export function applyDelta(content: ViewContent, delta: ViewDelta): ViewContent {
  if (delta.kind === 'value') return content.kind === 'value' ? delta : content
  if (content.kind === 'value') return content
  const byKey = new Map(content.rows.map((row) => [row.key, row]))
  for (const row of delta.changed) byKey.set(row.key, row)
  const order = delta.order ?? content.rows.map((row) => row.key)
  const rows = order.flatMap((key) => byKey.get(key) ?? [])
  return { ...content, rows, total: delta.total, known: delta.known }
}

/** The delta that turns `before` into `after`; undefined when nothing changed. Values are compared as their JSON text. */
export function deltaOf(before: ViewContent, after: ViewContent): ViewDelta | undefined {
  if (after.kind === 'value') {
    return JSON.stringify(before) === JSON.stringify(after) ? undefined : after
  }
  const old = new Map(before.kind === 'rows' ? before.rows.map((row) => [row.key, JSON.stringify(row.value)]) : [])
  const changed = after.rows.filter((row) => old.get(row.key) !== JSON.stringify(row.value))
  const sameOrder = before.kind === 'rows' && haveSameKeys(before.rows, after.rows)
  const sameCounts = before.kind === 'rows' && before.total === after.total && before.known === after.known
  if (changed.length === 0 && sameOrder && sameCounts) return undefined
  const order = sameOrder ? {} : { order: after.rows.map((row) => row.key) }
  return { kind: 'rows', ...order, changed, total: after.total, known: after.known }
}

function haveSameKeys(before: readonly Row[], after: readonly Row[]): boolean {
  return before.length === after.length && before.every((row, index) => row.key === after[index]?.key)
}
