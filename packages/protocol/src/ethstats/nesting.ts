const quote = 34
const backslash = 92
const openArray = 91
const closeArray = 93
const openObject = 123
const closeObject = 125

/** Whether JSON `text` nests arrays and objects deeper than `depth`. Texts are skipped; wrong JSON gets some answer. */
export function isDeeperThan(text: string, depth: number): boolean {
  let open = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) at = endOfText(text, at)
    else if (code === openArray || code === openObject) {
      if (++open > depth) return true
    } else if (code === closeArray || code === closeObject) open--
  }
  return false
}

/** The index of the quote that ends the text starting at `start`, or the end where none does. */
function endOfText(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes++
  return backslashes % 2 === 1
}
