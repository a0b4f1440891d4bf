/** From here on sorting everything is cheaper than looking for the first ones. */
const fewOf = 8

/** The first `count` of `items` in the order of `compare`, without sorting the others where few are asked for. */
export function firstInOrder<T>(items: readonly T[], count: number, compare: (a: T, b: T) => number): readonly T[] {
  if (count * fewOf >= items.length) return items.toSorted(compare).slice(0, Math.max(0, count))
  const first: T[] = []
  for (const item of items) {
    const last = first[count - 1]
    if (last !== undefined && compare(item, last) >= 0) continue
    first.splice(placeOf(item, first, compare), 0, item)
    if (first.length > count) first.pop()
  }
  return first
}

/** Behind everything that is not after `item`, so that equal ones keep their order. */
function placeOf<T>(item: T, ordered: readonly T[], compare: (a: T, b: T) => number): number {
  let low = 0
  let high = ordered.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(ordered[middle] as T, item) <= 0) low = middle + 1
    else high = middle
  }
  return low
}
