/** Resolves when `performance.now()` reaches `atMs`; at once when it is past. */
export async function due(atMs: number): Promise<void> {
  const waitMs = atMs - performance.now()
  if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs))
}
