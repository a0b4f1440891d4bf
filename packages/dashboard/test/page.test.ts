import assert from 'node:assert/strict'
import { after, before, describe, type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { builtPage, openPage, skip } from './browser.ts'
import { type FakeServer, startFakeServer } from './fake-server.ts'
import { fleetWithoutAnswer, hostileNames, seededFleet } from './seeded-fleet.ts'

describe('the page', { skip }, () => {
  let server: FakeServer
  before(async () => {
    server = await startFakeServer(fleets(), await builtPage())
  })
  after(() => server[Symbol.asyncDispose]())

  const fleets = () => [seededFleet('1', 300, Date.now()), seededFleet('7', 12, Date.now(), 3)]
  const fleet = () => {
    const [first] = server.fleets
    assert.ok(first)
    return first
  }
  const open = (context: TestContext, query = '', options = {}) => {
    server.heard.length = 0
    return openPage(context, `${server.url}${query}`, options)
  }
  const row = (page: Page, index: number) => page.locator(`.list [data-index="${index}"]`)
  const names = (page: Page) => page.locator('.rows .c-name').allInnerTexts()

  test('shows the facts, the networks and the last blocks', async (context) => {
    const page = await open(context)
    await page.locator('.facts').getByText('#18,204,940').waitFor()
    const facts = String(await page.locator('.facts').textContent())
    const { byActivity } = fleet().summary()
    assert.match(facts, new RegExp(`In sync\\s*${byActivity.in_sync}\\s*nodes`))
    assert.match(facts, new RegExp(`Silent\\s*${byActivity.silent}\\s*nodes`))
    assert.match(facts, /Block time\s*5\.02\s*s/)
    assert.equal(await page.locator('.nets .net').count(), 2)
    assert.equal(await page.locator('.blocks .blk:not(.next)').count(), 23)
    assert.match(
      String(await page.locator('.stamp').textContent()),
      /^305 of 312 reported, 0 dropped, 12 never came, oldest 3 s/,
    )
  })

  test('has a window of the nodes in it, not all of them', async (context) => {
    const page = await open(context, '?screen=nodes')
    await row(page, 0).waitFor()
    const rows = await page.locator('.rows [role=row]').count()
    assert.ok(rows > 20 && rows < 80, `${rows} rows are in the page`)
    assert.equal(await page.locator('.list').getAttribute('aria-rowcount'), '301')
    await page
      .locator('.where')
      .getByText(/^Rows 1 to 2\d of 300 nodes$/)
      .waitFor()
    await page.keyboard.press('/')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('End')
    await page
      .locator('.where')
      .getByText(/^Rows 2\d\d to 300 of 300 nodes$/)
      .waitFor()
  })

  test('takes a new block as it comes, and says which ticks it has seen', async (context) => {
    const page = await open(context)
    await page.locator('.gl').first().waitFor()
    const before = fleet().blocks[0]?.block.number ?? 0n
    fleet().mine(Date.now())
    server.publish()
    await page
      .locator('.facts')
      .getByText(`#${(before + 1n).toLocaleString('en')}`)
      .waitFor()
    await untilHeard((message) => message.type === 'seen')
  })

  test('asks the server to sort, filter and window', async (context) => {
    const page = await open(context, '?screen=nodes')
    await page.getByRole('button', { name: 'Name' }).click()
    await untilHeard(
      (message) =>
        message.type === 'subscribe' && message.question.of === 'nodes' && message.question.sort.by === 'name',
    )
    await page.locator('[aria-sort=ascending]').getByText('Name').waitFor()
    await page.locator('.scroller').evaluate((element) => element.scrollTo(0, 5000))
    await untilHeard((message) => message.type === 'window' && message.window.offset + message.window.count > 190)
    await row(page, 185).locator('.c-name').waitFor()
    await page.keyboard.press('Control+a')
    await page.locator('#find').fill('kestrel')
    await page.locator('.where').getByText('match, of 300').waitFor()
    assert.ok((await names(page)).every((name) => name.startsWith('kestrel')))
    assert.match(page.url(), /find=kestrel&sort=name/)
  })

  test('shows the columns that somebody chose, and says it in the address', async (context) => {
    const page = await open(context, '?screen=nodes')
    await row(page, 0).waitFor()
    await page.getByRole('button', { name: 'Columns, 10 of 16' }).click()
    await page.getByRole('checkbox', { name: 'Uptime' }).uncheck()
    await page.getByRole('checkbox', { name: 'Clock' }).check()
    await row(page, 0).locator('.c-clock').getByText('3 ±2 ms').waitFor()
    assert.match(page.url(), /columns=state\.client\.where\.head\.took\.peers\.pending\.latency\.clock\.blocks/)
    const titles = () => page.locator('.list-head [role=columnheader]').allInnerTexts()
    assert.ok(!(await titles()).includes('Uptime'))
    await page.setViewportSize({ width: 920, height: 800 })
    await row(page, 0).locator('.c-clock').waitFor({ state: 'detached' })
    await page.locator('.menu').getByText('no room').first().waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.menu').waitFor({ state: 'detached' })
  })

  test('says what was looked for when nothing matches, and what to remove', async (context) => {
    const page = await open(context, '?screen=nodes&find=zz&state=silent')
    const empty = page.locator('.empty')
    await empty.getByText('No node matches').waitFor()
    assert.match(
      String(await empty.textContent()),
      /300 nodes are known; none whose state is silent and whose .* contains “zz”/,
    )
    await empty.getByRole('button', { name: 'Remove: contains “zz”' }).click()
    await row(page, 0).waitFor()
  })

  test('is driven by keys alone', async (context) => {
    const page = await open(context, '?screen=nodes&sort=name')
    await row(page, 0).waitFor()
    await page.keyboard.press('k')
    assert.equal(await page.locator('#find').inputValue(), 'k')
    await page.keyboard.press('Escape')
    await page.waitForURL((url) => !url.search.includes('find'))
    await page.keyboard.press('/')
    await page.keyboard.press('ArrowDown')
    await page.locator('[data-index="0"]:focus').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.locator('[data-index="1"]:focus').waitFor()
    await page.keyboard.press('End')
    await page.locator('[data-index="299"]:focus').waitFor()
    await page.keyboard.press('Home')
    await page.locator('[data-index="0"]:focus').waitFor()
    const name = String(await row(page, 0).locator('.c-name').textContent())
    await page.keyboard.press('Space')
    await page.locator('.pinned-rows').getByText(name).waitFor()
    await page.keyboard.press('Enter')
    await page.locator('.side h2').getByText(name).waitFor()
    await page.keyboard.press('Escape')
    await page.locator('.side').waitFor({ state: 'detached' })
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await page.reload()
    await page.locator('.pinned-rows').getByText(name).waitFor()
  })

  test('holds the order under the pointer while values go on, and lets it go after', async (context) => {
    const page = await open(context, '?screen=nodes')
    await row(page, 5).waitFor()
    await row(page, 5).hover()
    const before = await names(page)
    const head = fleet().blocks[0]?.block.number ?? 0n
    await untilHeard((message) => message.type === 'window' && message.window.count === 300)
    fleet().mine(Date.now())
    server.publish()
    await page.locator('.calm').getByText('waiting').waitFor()
    assert.deepEqual(await names(page), before)
    await row(page, 5)
      .getByText(`…${String(head + 1n).slice(-3)}`)
      .waitFor()
    await page.mouse.move(700, 20)
    await page.locator('.calm').waitFor({ state: 'detached' })
    assert.notDeepEqual(await names(page), before)
  })

  test('tells why a node is silent, who it is and how its last hour went', async (context) => {
    const node = fleet().nodes.find(({ silence }) => silence?.cause === 'path')
    const page = await open(context, `?screen=nodes&node=${node?.node}`)
    const panel = page.locator('.side')
    await panel.locator('.say').getByText('the path is down').waitFor()
    assert.match(
      String(await panel.locator('.chain').textContent()),
      /Node most likely up[\s\S]*Agent most likely up[\s\S]*Path down/,
    )
    await panel.getByText('fell silent within 4 s').waitFor()
    await panel.locator('.verdict').getByText('Next: Check the network between').waitFor()
    await panel.locator('.u-over').first().waitFor()
    assert.deepEqual(await panel.locator('figcaption span').allInnerTexts(), [
      'Peers',
      'Pending transactions',
      'CPU, %',
      'Memory used, GiB',
      'Network in, MB/s',
    ])
  })

  for (const [cause, step] of [
    ['node', 'Start the Ethereum client'],
    ['agent', 'Start the agent again'],
    ['unclear', 'Look at its host'],
  ] as const) {
    test(`says what to do about a node that is silent: ${cause}`, async (context) => {
      const found = fleet().nodes.findIndex(({ activity }) => activity === 'silent')
      const [before] = fleet().nodes.slice(found)
      assert.ok(before?.silence)
      context.after(() => void fleet().nodes.splice(found, 1, before))
      fleet().nodes.splice(found, 1, { ...before, silence: { ...before.silence, cause } })
      const page = await open(context, `?screen=nodes&node=${before.node}`)
      await page.locator('.side .verdict').getByText(`Next: ${step}`).waitFor()
    })
  }

  test('says what to do about what needs a look, with the alarm and with its node', async (context) => {
    const page = await open(context)
    const [alarm] = fleet().alarms
    await page.locator('#look li').first().getByText(`Next: ${alarm?.repair}`).waitFor()
    await page.goto(`${server.url}?node=${alarm?.origin?.node}`)
    await page.locator('.side .al').getByText(`Next: ${alarm?.repair}`).waitFor()
  })

  test('says what never came and shows the hole it left', async (context) => {
    const page = await open(context, `?screen=nodes&node=${fleet().nodes[0]?.node}`)
    const told = page.locator('.side .gaps li')
    await told.waitFor()
    assert.match(
      String(await told.textContent()),
      /^12 records never came, most likely those of \d\d:\d\d to \d\d:\d\d UTC: given up by the agent’s queue, oldest first \(wrapped\)\.$/,
    )
    await page.getByRole('img', { name: /^Peers: .* 1 hole in it: nothing was received\.$/ }).waitFor()
  })

  test('says that the past cannot be read, and shows the rest', async (context) => {
    server.historyStatus = 503
    context.after(() => {
      server.historyStatus = 200
    })
    const page = await openPage(context, `${server.url}?node=${fleet().nodes[0]?.node}`, { expectFailedRequests: true })
    await page.getByText('The past could not be read. The server answered 503.').waitFor()
    await page.locator('.side .chain').getByText('Node up').waitFor()
  })

  test('shows hostile names as text', async (context) => {
    const page = await open(context, '?screen=nodes&sort=name')
    for (const [find, shown] of [
      ['img', hostileNames[0]],
      ['evil', 'evil‹U+202E›edon␇'],
    ] as const) {
      await page.locator('#find').fill(find)
      await page.locator('.rows').getByText(shown, { exact: true }).click()
      await page.locator('.side h2').getByText(shown, { exact: true }).waitFor()
    }
    assert.equal(await page.locator('img').count(), 0)
  })

  test('restores a view from its address', async (context) => {
    const node = fleet().nodes[0]?.node
    const page = await open(
      context,
      `?screen=nodes&network=1&node=${node}&state=in_sync&country=DE&sort=-peers&theme=light`,
    )
    await page.locator('.side h2').getByText(String(node)).waitFor()
    await page.locator('.chip').getByText('Country is Germany').waitFor()
    await page.locator('[aria-sort=descending]').getByText('Peers').waitFor()
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'light')
    const peers = (await page.locator('.rows .c-peers').allInnerTexts()).map(Number)
    assert.deepEqual(
      peers,
      peers.toSorted((one, other) => other - one),
    )
    await page.getByRole('button', { name: 'Remove filter: country is Germany' }).click()
    await page.goBack()
    await page.locator('.chip').getByText('Country is Germany').waitFor()
  })

  test('goes to another network and back', async (context) => {
    const page = await open(context, '?screen=nodes')
    await page.locator('.net').getByText('Network 7').click()
    await page.locator('.where').getByText('12 nodes').waitFor()
    assert.match(page.url(), /network=7/)
    await page.goBack()
    await page.locator('.where').getByText('300 nodes').waitFor()
  })

  test('says that it is thinned, and why', async (context) => {
    const page = await open(context, '?screen=nodes')
    await row(page, 0).waitFor()
    server.say({ type: 'pace', everyMs: 1000, reason: 'viewer_behind' })
    await page.getByText('Live, updates thinned to 1/s: this page falls behind').waitFor()
  })

  test('says what of the server does not work, until it does', async (context) => {
    context.after(() => {
      server.problems = []
    })
    const page = await open(context, '?screen=nodes')
    await row(page, 0).waitFor()
    server.problems = ['the store "sqlite" does not take data', 'nothing is delivered to "native"']
    server.publish()
    const trouble = page.locator('.trouble')
    await trouble
      .getByText('The server says: the store "sqlite" does not take data, and 1 more problem: see /readyz')
      .waitFor()
    server.problems = []
    server.publish()
    await trouble.waitFor({ state: 'detached' })
  })

  test('says since when nothing comes, keeps what it has, and comes back', async (context) => {
    const page = await open(context)
    await page.locator('.gl').first().waitFor()
    context.after(() => {
      server.refuseViewers = false
    })
    server.refuseViewers = true
    server.cut()
    await page.getByText(/Connection lost \d+ s ago\. All below is as of \d\d:\d\d:\d\d UTC\./).waitFor()
    assert.equal(await page.locator('html').getAttribute('data-conn'), 'lost')
    assert.ok(await page.locator('.gl').first().isVisible())
    await page.getByRole('button', { name: 'Try now' }).click() // Refused once more: an attempt of its own may take the button away.
    server.refuseViewers = false
    await page.locator('.live').getByText('Live').waitFor()
    fleet().mine(Date.now())
    server.publish()
    await page
      .locator('.facts')
      .getByText(`#${fleet().blocks[0]?.block.number.toLocaleString('en')}`)
      .waitFor()
  })

  for (const screen of ['overview', 'nodes', `nodes&node=${hostileNames[0]}`]) {
    test(`fits 360 px without scrolling sideways: ${screen}`, async (context) => {
      const page = await open(context, `?screen=${screen}`, { width: 360, height: 844, reducedMotion: 'reduce' })
      await page.locator(screen === 'overview' ? '.facts' : '.list').waitFor()
      await page.locator('.live').getByText('Live').waitFor()
      const width = await page.evaluate(() => Math.max(document.documentElement.scrollWidth, document.body.scrollWidth))
      assert.equal(width, 360)
      await page.locator('.tabbar').getByText('Nodes').waitFor()
    })
  }

  /** Until a viewer has said something; what earlier tests said is forgotten with each page opened. */
  async function untilHeard(matches: (message: FakeServer['heard'][number]) => boolean): Promise<void> {
    const deadline = AbortSignal.timeout(10_000)
    while (!server.heard.some(matches)) {
      deadline.throwIfAborted()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
})

describe('the page of a server that no node has reported to', { skip }, () => {
  let server: FakeServer
  before(async () => {
    server = await startFakeServer([], await builtPage())
  })
  after(() => server[Symbol.asyncDispose]())

  test('tells how to connect one, in commands', async (context) => {
    const page = await openPage(context, server.url)
    await page.getByText('No node has reported yet').waitFor()
    await page.getByText(`--server ${server.url.slice(0, -1)}`).waitFor()
  })
})

describe('the page of a server whose first node does not answer', { skip }, () => {
  let server: FakeServer
  before(async () => {
    server = await startFakeServer([fleetWithoutAnswer(Date.now())], await builtPage())
  })
  after(() => server[Symbol.asyncDispose]())

  for (const width of [1440, 390]) {
    test(`says how to get it going, until there is a block: ${width} px`, async (context) => {
      const page = await openPage(context, server.url, { width, height: 844 })
      await page.getByRole('heading', { name: 'No Ethereum node answers yet' }).waitFor()
      await page.getByText('npm start -- --rpc http://HOST:8545').waitFor()
      assert.equal(await page.getByText('Block propagation').count(), 0)
    })
  }
})
