import type { ChildProcess } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'

/** One JSON-RPC call, for steering a chain in a test. */
export async function rpcCall(endpoint: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const reply = await fetch(endpoint, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const { result, error } = (await reply.json()) as { result?: unknown; error?: { message: string } }
  if (error !== undefined) throw new Error(`${method}: ${error.message}`)
  return result
}

/** Resolves when something answers at `endpoint`; rejects when `child` ends first or 30 s are over. */
export async function untilAnswers(endpoint: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 30_000
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the program behind ${endpoint} ended with ${child.exitCode}`)
    const answers = await rpcCall(endpoint, 'eth_chainId').then(
      () => true,
      () => false,
    )
    if (answers) return
    if (Date.now() > deadline) throw new Error(`nothing answers at ${endpoint} after 30 s`)
    await wait(50)
  }
}
