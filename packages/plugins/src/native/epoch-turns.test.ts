import assert from 'node:assert/strict'
import { test } from 'node:test'
import { turns as eventTurns } from '@headwatch/sdk/testkit'
import { EpochTurns } from './epoch-turns.ts'

const of = (epoch: string, stream = 'main') => ({ agent: 'eu-1', stream, epoch })
const never = new AbortController().signal

test('epochs of one stream take turns, and nobody waits for ever behind a busy one', async () => {
  const turns = new EpochTurns()
  const order: string[] = []
  const enter = async (epoch: string) => {
    const leave = await turns.enter(of(epoch), never)
    order.push(epoch)
    return leave
  }
  const [first, second] = [await enter('old'), await enter('old')]
  const [fresh, third, fourth] = [enter('new'), enter('old'), enter('old')]
  first()
  await eventTurns()
  assert.deepEqual(order, ['old', 'old'])
  second()
  const leave = await fresh
  assert.deepEqual(order, ['old', 'old', 'new'])
  leave()
  for (const last of [await third, await fourth]) last()
  assert.deepEqual(order, ['old', 'old', 'new', 'old', 'old'])
})

test('other streams do not wait, and who gives up makes way', async () => {
  const turns = new EpochTurns()
  const leave = await turns.enter(of('old'), never)
  const other = await turns.enter(of('new', 'ethstats'), never)
  other()
  const giveUp = new AbortController()
  const waiting = turns.enter(of('new'), giveUp.signal)
  const behind = turns.enter(of('old'), never)
  giveUp.abort(new Error('enough'))
  await assert.rejects(waiting, { message: 'enough' })
  leave()
  const last = await behind
  last()
})
