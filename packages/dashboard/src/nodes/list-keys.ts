/** Where a key leads from row `from`; undefined for a key that does not move. `page` is the number of rows in sight. */
export function moveBy(
  key: string,
  from: number,
  { first, last, page }: { readonly first: number; readonly last: number; readonly page: number },
): number | undefined {
  const to = target(key, from, first, last, Math.max(1, page - 1))
  return to === undefined ? undefined : Math.min(last, Math.max(first, to))
}

function target(key: string, from: number, first: number, last: number, page: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return from + 1
    case 'ArrowUp':
      return from - 1
    case 'PageDown':
      return from + page
    case 'PageUp':
      return from - page
    case 'Home':
      return first
    case 'End':
      return last
  }
  return undefined
}
