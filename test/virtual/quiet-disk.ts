/**
 * Resolves when everything has run that is ready and no file is being read or written: what `HeapClock.advance` waits for
 * before virtual time goes on, so that a real disk takes no virtual time.
 */
export async function quietDisk(): Promise<void> {
  for (let quietTurns = 0; quietTurns < 4; ) {
    await new Promise((resolve) => setImmediate(resolve))
    quietTurns = isAtWork() ? 0 : quietTurns + 1
  }
}

/** For time in which nothing is read or written: thousands of ticks go by in it. */
export function oneTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function isAtWork(): boolean {
  return process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq'))
}
