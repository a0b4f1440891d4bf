import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { peerProgram } from '../../../test/peers/peer-program.ts'

const flags =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'

const program = peerProgram('Chromium')

/** Why no browser test can run here; false when they can. */
export const skip = program.skip

let browser: Promise<Browser> | undefined
let built: Promise<string> | undefined

/** The folder with the page as built from the sources as they are; once in a process, and gone with it. */
export function builtPage(): Promise<string> {
  built ??= buildPage()
  return built
}

/**
 * A page of its own on `url`, closed after the test. What the page logs as an error fails the test; so its server has to
 * outlive the test: one that ends with the test's function leaves a page that finds nobody.
 */
export async function openPage(
  context: TestContext,
  url: string,
  options: { width?: number; height?: number; reducedMotion?: 'reduce'; expectFailedRequests?: boolean } = {},
): Promise<Page> {
  browser ??= chromium.launch({ executablePath: program.path ?? '', args: flags.split(' ') })
  const { width = 1440, height = 900, expectFailedRequests = false, ...rest } = options
  const page = await (await browser).newPage({ viewport: { width, height }, colorScheme: 'dark', ...rest })
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('request', (request) => {
    if (new URL(request.url()).host !== new URL(url).host) errors.push(`asked ${request.url()}`)
  })
  page.on('console', (message) => {
    const isExpected =
      message.text().includes('WebSocket') || (expectFailedRequests && message.text().includes('Failed to load'))
    if (message.type() === 'error' && !isExpected) errors.push(message.text())
  })
  context.after(async () => {
    await page.close()
    if (errors.length > 0) throw new Error(`the page said: ${errors.join('; ')}`)
  })
  page.setDefaultTimeout(10_000)
  await page.goto(url)
  return page
}

async function buildPage(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'headwatch-page-'))
  await build({
    root: new URL('..', import.meta.url).pathname,
    logLevel: 'error',
    build: { outDir, emptyOutDir: true },
  })
  return outDir
}

after(async () => {
  if (built !== undefined) await rm(await built, { recursive: true, force: true })
  if (browser !== undefined) await (await browser).close()
})
