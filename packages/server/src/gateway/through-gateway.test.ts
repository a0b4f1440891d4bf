import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Accept, defineReceiver, type Position } from '@headwatch/sdk'
import { fakeHost } from '@headwatch/sdk/testkit'
import { z } from 'zod'
import { throughGateway } from './through-gateway.ts'

test('a receiver that listens again is numbered anew, and nothing of its life before is left', async () => {
  const host = fakeHost()
  const signals: AbortSignal[] = []
  const plugin = defineReceiver({
    name: 'failing',
    summary: 'For tests.',
    stability: 'experimental',
    config: z.object({}),
    create: () => ({
      async listen(accept, signal) {
        signals.push(signal)
        await accept([{ type: 'metrics', readings: { value: 1 } }])
        throw new TypeError('a bug')
      },
    }),
  })
  const positions: (Position | undefined)[] = []
  const take = async (_items: unknown, position?: Position): Promise<void> => void positions.push(position)
  const accept: Accept = Object.assign(take, { gap: async () => undefined })
  const options = { name: 'g', handoverRecords: 1, handoverMs: 20, maxRecords: 10 }
  const receiver = throughGateway(plugin, options, host).create({}, host)
  for (const _life of [1, 2]) await assert.rejects(receiver.listen(accept, new AbortController().signal), TypeError)
  assert.deepEqual(
    positions.map((position) => position?.first),
    [1n, 1n],
  )
  assert.equal(new Set(positions.map((position) => position?.source.epoch)).size, 2)
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, true],
  )
})
