import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Gap, Origin } from '@headwatch/protocol'
import fc from 'fast-check'
import { type Verdict, verdictOf } from '../errors.ts'
import type { LatestReading, Series, Store, StoredGap } from '../store.ts'
import { storeCases } from './store-cases.ts'
import { modelStore } from './store-model.ts'
import { everyTime, metricNames, nodeKeys, type StoreStep, sources, storeSteps } from './store-sequences.ts'
import { noon } from './store-telemetry.ts'

/** Makes a store that keeps what it has in `folder`; it is not open yet. */
export type MakeStore = (folder: string) => Store

export interface CheckStoreOptions {
  /** `memory`: what it has ends with it, so nothing is opened again. */
  readonly keeps?: 'folder' | 'memory'
  /** Random histories to try. */
  readonly histories?: number
}

/**
 * Registers tests of what every store promises: each directed case, and random histories whose every answer must be the
 * plain model's. The seed of a history that fails is printed.
 */
export function checkStore(
  name: string,
  make: MakeStore,
  { keeps = 'folder', histories = 40 }: CheckStoreOptions = {},
): void {
  describe(name, () => {
    for (const [sentence, body] of Object.entries(storeCases)) {
      test(sentence, async () => {
        await using folder = await temporaryFolder()
        await using store = make(folder.path)
        await store.open(never)
        await body({ store, signal: never })
      })
    }
    test('disposes of itself twice', async () => {
      await using folder = await temporaryFolder()
      const store = make(folder.path)
      await store.open(never)
      await store[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    })
    if (keeps === 'folder')
      test('has everything again after it was closed and opened', async () => {
        const [many = []] = fc.sample(fc.array(storeSteps, { minLength: 8, maxLength: 8 }), { seed: 2, numRuns: 1 })
        const steps = many.flatMap((history) => [...history.filter(isAppend), { do: 'reopen' as const }])
        await isLikeTheModel(make, steps)
      })
    test('answers as the plain model does after any history', async () => {
      await fc.assert(
        fc.asyncProperty(storeSteps, (steps) =>
          isLikeTheModel(make, keeps === 'folder' ? steps : steps.filter(isAppend)),
        ),
        { numRuns: histories },
      )
    })
  })
}

const never = new AbortController().signal

interface Folder extends AsyncDisposable {
  readonly path: string
}

async function temporaryFolder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'headwatch-store-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) }
}

function isAppend(step: StoreStep): boolean {
  return step.do === 'append'
}

async function isLikeTheModel(make: MakeStore, steps: readonly StoreStep[]): Promise<void> {
  await using folder = await temporaryFolder()
  const model = modelStore()
  let store = make(folder.path)
  try {
    await store.open(never)
    for (const step of steps) {
      if (step.do === 'reopen') {
        await store[Symbol.asyncDispose]()
        store = make(folder.path)
        await store.open(never)
      } else {
        assert.deepEqual(await outcomeOf(store, step), await outcomeOf(model, step))
      }
      for (const source of sources) assert.deepEqual(await store.storedRanges(source), await model.storedRanges(source))
    }
    await answersAreAlike(store, model)
  } finally {
    await store[Symbol.asyncDispose]()
  }
}

async function outcomeOf(store: Store, { batches, gaps }: Extract<StoreStep, { do: 'append' }>): Promise<unknown> {
  try {
    return await store.append(batches, gaps, never)
  } catch (error) {
    return verdictOf(error) satisfies Verdict
  }
}

async function answersAreAlike(store: Store, model: Store): Promise<void> {
  const same = async <T>(ask: (of: Store) => Promise<T>): Promise<void> =>
    assert.deepEqual(await ask(store), await ask(model))
  const ranges = [everyTime, { from: noon - 750, to: noon + 1_000 }]
  for (const key of nodeKeys) {
    await same(async (of) => byMetric(await of.latest(key)))
    for (const range of ranges) {
      const question = { ...key, ...range, names: metricNames, points: 7 }
      seriesAreAlike(await store.series(question), await model.series(question))
    }
  }
  for (const network of ['1-d4e56740', '5', '9']) {
    for (const limit of [1, 3, 100]) await same((of) => of.blocks({ network, limit }))
    await same((of) => of.blocks({ network, limit: 2, below: 20_000_002n }))
  }
  await same(async (of) => (await of.nodes()).toSorted((a, b) => (nodeText(a.origin) < nodeText(b.origin) ? -1 : 1)))
  for (const limit of [1, 100]) {
    await same(async (of) => (await of.gaps({ limit })).map(withoutTime))
    await same(async (of) => (await of.gaps({ agent: 'us-1', limit })).map(withoutTime))
    for (const range of ranges) {
      await same((of) => of.alarms({ ...range, limit }))
      await same((of) => of.logs({ ...range, limit }))
      await same((of) => of.logs({ ...range, limit, network: '5', atLeast: 3, text: '%_ BLOCK' }))
      await same((of) => of.logs({ ...range, limit, node: 'geth' }))
    }
  }
}

/** Equal but for the last digits of the mean: a sum of floating-point numbers depends on their order. */
function seriesAreAlike(actual: readonly Series[], expected: readonly Series[]): void {
  const withoutMean = (series: readonly Series[]): unknown =>
    byMetric(series).map(({ points, ...rest }) => ({
      ...rest,
      points: points.map(({ mean: _mean, ...point }) => point),
    }))
  assert.deepEqual(withoutMean(actual), withoutMean(expected))
  const means = (series: readonly Series[]): number[] =>
    byMetric(series).flatMap(({ points }) => points.map(({ mean }) => mean))
  const expectedMeans = means(expected)
  for (const [index, mean] of means(actual).entries()) {
    const wanted = expectedMeans[index] ?? Number.NaN
    assert.ok(Math.abs(mean - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted)), `mean ${mean} is not ${wanted}`)
  }
}

/** By name, then by labels in any fixed order. The names themselves must come in order. */
function byMetric<T extends Series | LatestReading>(metrics: readonly T[]): readonly T[] {
  const names = metrics.map(({ name }) => name)
  assert.deepEqual(names, names.toSorted())
  const keyOf = ({ name, labels }: T): string => JSON.stringify([name, Object.entries(labels).toSorted()])
  return metrics.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

function withoutTime({ storedAt, ...gap }: StoredGap): Gap {
  assert.equal(typeof storedAt, 'number')
  return gap
}

function nodeText({ network, node }: Origin): string {
  return JSON.stringify([network, node])
}
