const everyMs = 500

/**
 * Tells how far something is, on standard error: at most twice a second, and never where it is done before. On a terminal one line is
 * written over and over, elsewhere lines follow each other.
 */
export function progress(what: string): { report(done: number, total: number): void; end(): void } {
  const { isTTY } = process.stderr
  let toldAt = performance.now()
  let hasTold = false
  return {
    report(done, total) {
      const now = performance.now()
      if (now - toldAt < everyMs || total === 0) return
      toldAt = now
      hasTold = true
      const line = `${what}: ${Math.floor((done / total) * 100)} %`
      process.stderr.write(isTTY ? `\r${line}` : `${line}\n`)
    },
    end() {
      if (hasTold && isTTY) process.stderr.write('\r\u001b[K')
    },
  }
}
