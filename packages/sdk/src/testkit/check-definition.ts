import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Plugin } from '../plugin.ts'
import { checkedConfig } from './checked-config.ts'

/** What a plugin is checked against: a source, a destination, or nothing but a configuration. */
export interface CheckPeer extends Partial<AsyncDisposable> {
  /** As it would stand in the configuration file. */
  readonly config: unknown
}

/** Registers the tests that every kind shares. Call it inside a `describe`. */
export function checkDefinition(
  plugin: Plugin<never, never> | Plugin,
  peer: () => Promise<CheckPeer>,
  invalid: readonly unknown[],
): void {
  test('has a name, a summary of one sentence and a stability', () => {
    assert.match(plugin.name, /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/)
    assert.match(plugin.summary, /^[^\n]{8,200}\.$/)
    assert.ok(['experimental', 'beta', 'stable', 'deprecated'].includes(plugin.stability))
  })

  test('takes a good configuration, the same way each time', async () => {
    await using made = await disposable(peer)
    assert.deepEqual(await checkedConfig(plugin.config, made.config), await checkedConfig(plugin.config, made.config))
  })

  for (const options of [null, 7, 'text', ...invalid]) {
    test(`refuses ${JSON.stringify(options)} as configuration, and says why`, async () => {
      await assert.rejects(checkedConfig(plugin.config, options), (thrown: Error) => thrown.message.length > 0)
    })
  }
}

/** The peer, with a way to dispose of it in any case. */
export async function disposable<P extends CheckPeer>(peer: () => Promise<P>): Promise<P & AsyncDisposable> {
  const made = await peer()
  const dispose = made[Symbol.asyncDispose]
  return Object.assign(made, { [Symbol.asyncDispose]: async () => dispose?.call(made) })
}
