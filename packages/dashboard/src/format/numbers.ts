/** `29,641`. Takes a decimal string too, because block numbers and wei arrive as such. */
export function countText(value: number | bigint | string): string {
  const text = typeof value === 'number' ? String(Math.round(value)) : String(value)
  return text.replace(/\B(?=(\d{3})+$)/g, ',')
}

/** One noun or its plural: `1 node`, `3 nodes`. */
export function countOf(value: number | bigint, noun: string): string {
  return `${countText(value)} ${noun}${Number(value) === 1 ? '' : 's'}`
}

/** The last digits, enough to compare rows: `…977`. Short numbers stay whole. */
export function blockTail(number: string): string {
  return number.length > 4 ? `…${number.slice(-3)}` : number
}

/** `99.93 %`; the share is 0 to 1. All and nothing carry no digits, and nothing is rounded up to all. */
export function percentText(share: number, digits = 1): string {
  if (share === 0 || share === 1) return `${share * 100} %`
  const shown = Math.floor(share * 100 * 10 ** digits) / 10 ** digits
  return `${shown.toFixed(digits)} %`
}

/** `412 ms`, `1.24 s`, `14 s`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  return ms < 10_000 ? `${Number((ms / 1000).toFixed(2))} s` : `${Math.round(ms / 1000)} s`
}

/** Gwei of a wei amount given as a decimal string: `1.24 gwei`, `0.0031 gwei`. */
export function gweiText(wei: string): string {
  const gwei = Number(wei) / 1e9
  if (gwei === 0) return '0 gwei'
  return `${gwei >= 100 ? countText(gwei) : Number(gwei.toPrecision(3))} gwei`
}

/** Few digits, those that matter: `18.4`, `1.90`, `0.0042`, `412`, `1,902`. */
export function shortNumber(value: number): string {
  const size = Math.abs(value)
  if (size >= 100 || Number.isInteger(value)) return countText(value)
  if (size < 1) return String(Number(value.toPrecision(2)))
  return size >= 10 ? value.toFixed(1) : value.toFixed(2)
}
