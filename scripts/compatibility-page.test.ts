import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allFacts } from '@headwatch/plugins/ethstats/testkit'
import { factTitles } from './generators/compatibility-page.ts'

test('the page on compatibility has a column for everything that the conversations are held against', () => {
  assert.deepEqual(Object.keys(factTitles), allFacts)
})
