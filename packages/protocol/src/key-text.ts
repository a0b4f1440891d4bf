/** Several texts from outside as one, for maps and addresses: different lists never collide, and no text makes it throw. */
export function keyText(parts: readonly string[]): string {
  return parts.map(escaped).join('|')
}

/** `encodeURIComponent` throws on a lone surrogate; `=` never begins what it gives. */
function escaped(part: string): string {
  return part.isWellFormed() ? encodeURIComponent(part) : `=${encodeURIComponent(JSON.stringify(part))}`
}
