/** JSON for programs; sequence numbers, which may pass 2^53, are text. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part), 2)
}
