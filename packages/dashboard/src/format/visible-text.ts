/**
 * `text` with everything that would hide, reorder or break a line made visible: control characters become their
 * pictures (`␛`), direction marks, invisible and other format characters become their code (`‹U+202E›`).
 */
export function visibleText(text: string): string {
  return text.replace(unseen, (char) => {
    const code = char.codePointAt(0) ?? 0
    if (code < 0x20) return String.fromCodePoint(0x2400 + code)
    if (code === 0x7f) return '␡'
    return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`
  })
}

/** Controls, formats (direction marks, joiners, tags), line separators, lone surrogates, and letters that draw nothing. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0\u2800]/gu
