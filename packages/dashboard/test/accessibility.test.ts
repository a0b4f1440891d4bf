import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { after, before, describe, test } from 'node:test'
import type { AxeResults } from 'axe-core'
import { builtPage, openPage, skip } from './browser.ts'
import { type FakeServer, startFakeServer } from './fake-server.ts'
import { fleetWithoutAnswer, seededFleet } from './seeded-fleet.ts'

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

describe('the page has no serious accessibility violation', { skip }, () => {
  const fleet = seededFleet('1', 120, Date.now())
  const begun = fleetWithoutAnswer(Date.now())
  let server: FakeServer
  before(async () => {
    server = await startFakeServer([fleet, begun], await builtPage())
  })
  after(() => server[Symbol.asyncDispose]())

  const views = [
    'screen=overview',
    'screen=nodes&state=silent&state=behind',
    'screen=nodes&node=',
    'screen=nodes&find=zz',
    'screen=overview&network=unknown',
  ]
  for (const [theme, width] of [
    ['dark', 1440],
    ['light', 1440],
    ['light', 390],
  ] as const) {
    test(`${theme}, ${width} px`, async (context) => {
      const silent = fleet.nodes.find(({ activity }) => activity === 'silent')
      const page = await openPage(context, server.url, { width, height: 844 })
      for (const view of views) {
        const query = view.endsWith('node=') ? `${view}${silent?.node}` : view
        await page.goto(`${server.url}?${query}&theme=${theme}`)
        await page.locator('.live').getByText('Live').waitFor()
        await page.locator('.facts .v, .rows .c-name, .empty').first().waitFor()
        if (view.endsWith('node=')) await page.locator('.side .u-over').first().waitFor()
        // Evaluated, not added as a tag: the page's policy forbids inline scripts.
        await page.evaluate(await readFile(axe, 'utf8'))
        const results: AxeResults = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')
        const serious = results.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        assert.deepEqual(serious.map(described), [], view)
      }
    })
  }
})

function described({ id, nodes }: AxeResults['violations'][number]): string {
  return `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`)}`
}
