import { setTimeout as wait } from 'node:timers/promises'

/** Asks `read` until it gives something, and gives that. Rejects after a generous deadline, saying what was waited for. */
export async function until<T>(
  what: string,
  read: () => Promise<T | undefined | false> | T | undefined | false,
  deadlineMs = 30_000,
): Promise<T> {
  const endAt = performance.now() + deadlineMs
  for (;;) {
    const found = await read()
    if (found !== undefined && found !== false) return found
    if (performance.now() > endAt) throw new Error(`waited ${deadlineMs} ms in vain until ${what}`)
    await wait(50)
  }
}
