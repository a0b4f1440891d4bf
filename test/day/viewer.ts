import { chromium, type Page } from 'playwright-core'
import { peerProgram } from '../peers/peer-program.ts'

/** Somebody who watches the page all day and never loads it again. Every method waits until the page says it. */
export interface Viewer extends AsyncDisposable {
  /** The row of a node says this of its state. */
  seesState(node: string, words: string): Promise<void>
  /** The opened panel of a node says this of it. */
  seesVerdict(node: string, words: RegExp): Promise<void>
  /** Somewhere in the two bars. */
  seesInBars(words: RegExp): Promise<void>
  /** Errors of the page since it was opened. */
  readonly errors: readonly string[]
}

const timeout = 90_000

/** Opens the list of a network's nodes. Without Chromium nobody watches, which is said; under CI it is an error. */
export async function openViewer(url: string, network: string, say: (line: string) => void): Promise<Viewer> {
  const program = peerProgram('Chromium')
  if (program.path !== undefined) return watch(program.path, `${url}/?network=${network}&screen=nodes&sort=name`)
  say(`nobody watches the page: ${program.skip}`)
  const nothing = async () => undefined
  return {
    seesState: nothing,
    seesVerdict: nothing,
    seesInBars: nothing,
    errors: [],
    [Symbol.asyncDispose]: nothing,
  }
}

async function watch(executablePath: string, url: string): Promise<Viewer> {
  const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']
  const browser = await chromium.launch({ executablePath, args })
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' })
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.setDefaultTimeout(timeout)
  await page.goto(url)
  return {
    seesState: (node, words) => rowOf(page, node).getByText(words, { exact: true }).waitFor(),
    async seesVerdict(node, words) {
      await rowOf(page, node).click()
      await page.locator('.side h2').getByText(node).waitFor()
      await page.locator('.side .verdict').getByText(words).first().waitFor()
    },
    seesInBars: (words) => page.locator('.bar1, .bar2').getByText(words).first().waitFor(),
    errors,
    [Symbol.asyncDispose]: () => browser.close(),
  }
}

function rowOf(page: Page, node: string) {
  return page.locator('.rows [role=row]').filter({ has: page.locator('.c-name', { hasText: node }) })
}
