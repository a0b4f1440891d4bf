import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a TCP port that can be cut as a broken path is: connections stay, and nothing comes through. */
export interface CuttingProxy extends AsyncDisposable {
  readonly port: number
  /** From now on nothing passes in either direction, ends of connections included. */
  cut(): void
  /** What was held back passes, as TCP would repeat it. */
  restore(): void
}

interface Pair {
  readonly inner: Socket
  readonly outer: Socket
}

/** Starts a proxy to `targetPort` on 127.0.0.1. */
export async function startCuttingProxy(targetPort: number): Promise<CuttingProxy> {
  const pairs = new Set<Pair>()
  let isCut = false
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (outer) => {
    const inner = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true })
    inner.pause()
    const pair = { inner, outer }
    pairs.add(pair)
    join(pair, () => pairs.delete(pair))
    if (!isCut) open(pair)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true
      for (const { inner, outer } of pairs) {
        inner.pause()
        outer.pause()
      }
    },
    restore() {
      isCut = false
      for (const pair of pairs) open(pair)
    },
    async [Symbol.asyncDispose]() {
      for (const { inner, outer } of pairs) {
        inner.destroy()
        outer.destroy()
      }
      server.close()
      await once(server, 'close')
    },
  }
}

/** What one side says the other hears; a paused socket says nothing, not even that it ended. */
function join(pair: Pair, gone: () => void): void {
  const { inner, outer } = pair
  for (const [from, to] of [
    [inner, outer],
    [outer, inner],
  ] as const) {
    from.on('data', (chunk) => to.write(chunk))
    from.on('end', () => to.end())
    from.on('error', () => to.resetAndDestroy())
    from.on('close', () => {
      to.destroySoon()
      gone()
    })
  }
}

function open({ inner, outer }: Pair): void {
  inner.resume()
  outer.resume()
}
