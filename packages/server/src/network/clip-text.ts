/** Text from outside, cut to `length` UTF-16 units, never through the middle of a character. */
export function clipText(text: string, length: number): string {
  if (text.length <= length) return text
  const lastUnit = text.charCodeAt(length - 1)
  const cutsPair = lastUnit >= 0xd800 && lastUnit <= 0xdbff
  return text.slice(0, cutsPair ? length - 1 : length)
}
