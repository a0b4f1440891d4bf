import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { type Browser, chromium } from 'playwright-core'
import { freePort } from '../test/peers/free-port.ts'
import { peerProgram } from '../test/peers/peer-program.ts'
import { usageOf } from '../test/peers/process-usage.ts'
import { type Bench, rounded } from './bench-result.ts'
import { startHeadwatch, startNode } from './built-program.ts'

const warmUpSeconds = 10

/** The built page in Chromium, on a built server with pretend nodes: how soon it says something, and what looking costs. */
export const page: Bench = {
  summary: 'First useful paint and script size of the page, and what one viewer of the node field costs.',
  defaults: { nodes: 3_000, seconds: 20, loads: 5 },
  async run({ nodes = 3_000, seconds = 20, loads = 5 }, say) {
    const program = peerProgram('Chromium')
    if (program.path === undefined) throw new Error(String(program.skip))
    await using folder = temporaryFolder()
    const url = `127.0.0.1:${await freePort()}`
    await using server = startHeadwatch(['server', '--listen', url, '--data', folder.path], {
      HEADWATCH_SECRET: 'bench',
    })
    await server.line(/page on/)
    const fleet = { endpoint: `ws://${url}/api`, nodes, seed: 1, secret: 'bench', networkId: 1337, blockTimeS: 5 }
    const runs = String(warmUpSeconds + 2 * seconds + 60)
    await using load = startNode(['bench/fleet-process.ts', JSON.stringify({ ...fleet, history: 0 }), runs])
    await load.line(/connected/)
    await wait(warmUpSeconds * 1000)
    await using browser = await chromium.launch({
      executablePath: program.path,
      args: ['--no-sandbox', '--disable-gpu'],
    })
    const paints = await paintTimes(browser, `http://${url}/`, loads)
    say(`First useful paint in ms: ${paints.map(Math.round).join(', ')}. Measuring for twice ${seconds} s…`)
    const unseen = await cpuPercent(server.pid, seconds)
    const seen = await watched(browser, `http://${url}/`, () => cpuPercent(server.pid, seconds))
    return {
      figures: {
        first_useful_paint_ms: rounded(middle(paints)),
        script_gzip_kib: rounded(scriptKib()),
        viewer_kib_per_s: rounded(seen.bytes / 1024 / seconds),
        server_cpu_percent_for_field: rounded(seen.result - unseen),
      },
      baselines: { server_cpu_percent_unseen: rounded(unseen) },
    }
  },
}

/** From the beginning of each navigation until the facts have numerals and a frame with them was made. A cache is never warm. */
async function paintTimes(browser: Browser, url: string, loads: number): Promise<number[]> {
  const times: number[] = []
  for (let load = 0; load < loads; load++) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    const opened = await context.newPage()
    await opened.goto(url)
    await opened.locator('.fact .v:not(.faint)').first().waitFor()
    times.push(
      await opened.evaluate<number>('new Promise((done) => requestAnimationFrame(() => done(performance.now())))'),
    )
    await context.close()
  }
  return times
}

/** What came to somebody who looked at the field meanwhile. */
async function watched<T>(browser: Browser, url: string, meanwhile: () => Promise<T>) {
  const opened = await browser.newPage({ viewport: { width: 1440, height: 900 } })
  let bytes = 0
  opened.on('websocket', (socket) =>
    socket.on('framereceived', ({ payload }) => {
      bytes += payload.length
    }),
  )
  await opened.goto(url)
  await opened.locator('.gl').first().waitFor()
  bytes = 0
  const result = await meanwhile()
  await opened.close()
  return { result, bytes }
}

async function cpuPercent(pid: number, seconds: number): Promise<number> {
  const before = usageOf(pid)
  await wait(seconds * 1000)
  return ((usageOf(pid).cpuSeconds - before.cpuSeconds) / seconds) * 100
}

/** All scripts of the page as they go over the wire. */
function scriptKib(): number {
  const folder = 'dist/headwatch/dashboard/assets'
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.js'))
  return scripts.reduce((sum, name) => sum + gzipSync(readFileSync(join(folder, name))).length, 0) / 1024
}

function middle(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0
}

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'headwatch-bench-'))
  return { path, [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true, force: true }) }
}
