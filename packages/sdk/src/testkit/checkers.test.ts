import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

/** What each checker has to find in the plugins of `testcases/broken-plugins.ts`; everything else has to pass. */
const faults: Readonly<Record<string, readonly string[]>> = {
  'careless_collector is a collector that': [
    'asks to be retried when nobody listens',
    'gives a verdict, never a fault, when the source cuts',
    'gives a verdict, never a fault, when the source sends garbage',
    'yields telemetry of a known shape, and is asked again',
  ],
  'hasty_exporter is an exporter that': [
    'asks to be retried once its destination has gone',
    'gives up what its destination will never take, and only that',
    'keeps what its destination will take later',
    'settles when its signal aborts or it is disposed of while its destination is silent',
  ],
  'meddling_processor is a processor that': [
    'does not share what it remembers with another of its kind',
    'gives back a record with its origin and time, or nothing, at once',
    'emits telemetry of a known shape, also when nothing comes for hours',
    'never writes into a record it is given',
    'refuses {"never":"refused"} as configuration, and says why',
  ],
  'polite_receiver is a receiver that': [
    'acknowledges no earlier than the pipeline owns it',
    'acknowledges nothing the pipeline does not own, when that is broken',
    'acknowledges nothing the pipeline does not own, when that is full',
    'acknowledges nothing the pipeline does not own, when that refuses everything',
    'acknowledges nothing the pipeline does not own, when that takes every third',
  ],
}

test('the checkers find every fault of plugins that break their contract, and no other', async () => {
  const found = failuresIn(await outputOf('./testcases/broken-plugins.ts'))
  for (const [kind, sentences] of Object.entries(faults)) {
    assert.deepEqual(found.get(kind)?.toSorted(), sentences.toSorted(), kind)
  }
  assert.deepEqual([...found.keys()].toSorted(), Object.keys(faults).toSorted())
})

/** What the tests of a file print in TAP. The child must not take itself for a part of this test run. */
function outputOf(file: string): Promise<string> {
  const { NODE_TEST_CONTEXT: _ours, ...env } = process.env
  const args = ['--test-reporter=tap', fileURLToPath(new URL(file, import.meta.url))]
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env, maxBuffer: 8 * 1_048_576 }, (_error, stdout) => resolve(stdout))
  })
}

/** Suite → tests of it that failed. In TAP a suite's own line comes after those of its tests, which are indented. */
function failuresIn(tap: string): Map<string, string[]> {
  const failures = new Map<string, string[]>()
  let failed: string[] = []
  for (const [, indent, verdict, name] of tap.matchAll(/^( *)(ok|not ok) \d+ - (.*?)(?: # .*)?$/gm)) {
    if (indent !== '') {
      if (verdict === 'not ok') failed.push(name ?? '')
      continue
    }
    failures.set(name ?? '', failed)
    failed = []
  }
  return failures
}
