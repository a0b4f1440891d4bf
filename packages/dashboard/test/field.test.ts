import assert from 'node:assert/strict'
import { after, before, describe, type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { builtPage, openPage, skip } from './browser.ts'
import { type FakeServer, startFakeServer } from './fake-server.ts'
import { seededFleet } from './seeded-fleet.ts'

describe('the node field', { skip }, () => {
  const fleet = seededFleet('1', 300, Date.now())
  const placeless = seededFleet('7', 60, Date.now(), 3)
  for (const [index, { location: _unknown, ...node }] of placeless.nodes.entries()) placeless.nodes[index] = node
  let server: FakeServer
  before(async () => {
    server = await startFakeServer([fleet, placeless], await builtPage())
  })
  after(() => server[Symbol.asyncDispose]())

  const open = async (context: TestContext, query = '', options = {}) => {
    const page = await openPage(context, `${server.url}${query}`, options)
    await page.locator('.gl').first().waitFor()
    return page
  }
  const mine = () => {
    fleet.mine(Date.now())
    server.publish()
  }

  test('shows every node as a dot of its group, and a label leads to the nodes of its group', async (context) => {
    const page = await open(context)
    const germans = fleet.nodes.filter(({ location }) => location?.country === 'DE').length
    assert.equal(await page.locator('.gl').count(), 6)
    await page.getByRole('link', { name: new RegExp(`^Germany ?${germans} nodes`) }).click()
    await page.locator('.chip').getByText('Country is Germany').waitFor()
    await page.locator('.where').getByText(`${germans} that match, of 300`).waitFor()
  })

  test('names the node behind a dot, and opens it', async (context) => {
    const page = await open(context, '?by=state')
    const [first] = fleet.nodes
      .filter(({ activity }) => activity === 'in_sync')
      .toSorted(
        (one, other) =>
          (one.head?.propagationMs ?? 0) - (other.head?.propagationMs ?? 0) || one.node.localeCompare(other.node),
      )
    const dot = { position: { x: 3, y: 24 } }
    await page.locator('.stage canvas').hover(dot)
    await page.locator('.tip').getByText(String(first?.node)).waitFor()
    await page.locator('.stage canvas').click(dot)
    await page.locator('.side h2').getByText(String(first?.node)).waitFor()
  })

  test('lets a new block run through it, slowed down, and says how far it came', async (context) => {
    const page = await open(context)
    mine()
    const tail = `…${String(fleet.blocks[0]?.block.number).slice(-3)}`
    await page
      .locator('.sweep')
      .getByText(new RegExp(`${tail} at \\d+ ms: \\d+ %, 1/4 speed`))
      .waitFor()
    const early = await brightDots(page)
    await page
      .locator('.sweep')
      .getByText(new RegExp(`${tail} reached \\d+\\.\\d % in \\d+ ms`))
      .waitFor()
    assert.ok((await brightDots(page)) > early, 'more dots have the block than at the beginning')
  })

  test('moves nothing where motion is not wanted', async (context) => {
    const page = await open(context, '', { reducedMotion: 'reduce' })
    const said: string[] = []
    await page.exposeFunction('heard', (text: string) => said.push(text))
    await page.evaluate(
      "new MutationObserver(() => heard(document.querySelector('.sweep').textContent)).observe(document.querySelector('.sweep'), { subtree: true, characterData: true, childList: true })",
    )
    mine()
    const tail = `…${String(fleet.blocks[0]?.block.number).slice(-3)}`
    await page
      .locator('.sweep')
      .getByText(new RegExp(`${tail} reached`))
      .waitFor()
    assert.ok(
      said.every((text) => !text.includes(' at ')),
      said.join('; '),
    )
  })

  test('shows the same as a table', async (context) => {
    const page = await open(context, '?by=state')
    await page.getByRole('button', { name: 'As text' }).click()
    const { byActivity } = fleet.summary()
    const cells = await page
      .locator('.field-table tr')
      .first()
      .locator('xpath=..')
      .locator('xpath=..')
      .locator('tbody tr')
      .allInnerTexts()
    const counts = cells.map((line) => line.split(/\s*\t\s*/).slice(0, 2))
    const shown = Object.fromEntries(counts)
    assert.equal(shown['In sync'], String(byActivity.in_sync))
    assert.equal(shown.Silent, String(byActivity.silent))
  })

  test('groups by client where no node says its country, until somebody chooses', async (context) => {
    const page = await open(context, '?network=7')
    await page.getByRole('link', { name: /^Geth 1\.16\.4 ?15 nodes/ }).waitFor()
    await page.getByRole('button', { name: 'Country' }).click()
    await page.locator('.stage').getByText('Country not known').waitFor()
    assert.match(page.url(), /by=country/)
  })

  test('is left for the list as soon as somebody types', async (context) => {
    const page = await open(context)
    await page.keyboard.type('kes')
    await page.locator('.where').getByText('match, of 300').waitFor()
    assert.equal(await page.locator('#find').inputValue(), 'kes')
  })
})

/** Pixels of the field that are not those of dots that wait. */
function brightDots(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('.stage canvas')
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
    let bright = 0
    for (let at = 0; at < data.length; at += 4) if (data[at] + data[at + 1] + data[at + 2] > 250) bright++
    return bright
  })()`)
}
