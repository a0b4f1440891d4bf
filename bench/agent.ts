import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { startAnvil } from '../test/peers/anvil.ts'
import { freePort } from '../test/peers/free-port.ts'
import { usageOf } from '../test/peers/process-usage.ts'
import { type Bench, rounded } from './bench-result.ts'
import { startHeadwatch, startNode } from './built-program.ts'

/** The built agent beside a real chain, its queue on disk, reporting to a built server; and a Node process that does nothing. */
export const agent: Bench = {
  summary: 'Memory and CPU of the built agent on a 5 s chain, beside a bare Node.',
  defaults: { seconds: 60, warmUpSeconds: 15 },
  async run({ seconds = 60, warmUpSeconds = 15 }, say) {
    await using chain = await startAnvil({ blockTimeS: 5 })
    const port = await freePort()
    await using folder = temporaryFolder()
    const ofServer = ['--listen', `127.0.0.1:${port}`, '--data', join(folder.path, 'server')]
    await using server = startHeadwatch(['server', ...ofServer], { HEADWATCH_SECRET: 'bench' })
    await server.line(/page on/)
    const ofAgent = ['--rpc', chain.endpoint, '--server', `http://127.0.0.1:${port}`, '--name', 'bench']
    await using watched = startHeadwatch(['agent', ...ofAgent, '--data', join(folder.path, 'agent')], {
      HEADWATCH_TOKEN: 'bench',
    })
    await watched.line(/agent/)
    await using bare = startNode(['--eval', 'console.log("idle"); setInterval(() => {}, 1000)'])
    say(`Warming up for ${warmUpSeconds} s, then measuring for ${seconds} s…`)
    await wait(warmUpSeconds * 1000)
    const [before, bareBefore] = [usageOf(watched.pid), usageOf(bare.pid)]
    await wait(seconds * 1000)
    const [after, bareAfter] = [usageOf(watched.pid), usageOf(bare.pid)]
    const percent = (from: number, to: number) => rounded(((to - from) / seconds) * 100)
    return {
      figures: {
        agent_rss_mib: rounded(after.residentMib),
        agent_cpu_percent: percent(before.cpuSeconds, after.cpuSeconds),
      },
      baselines: {
        bare_node_rss_mib: rounded(bareAfter.residentMib),
        bare_node_cpu_percent: percent(bareBefore.cpuSeconds, bareAfter.cpuSeconds),
      },
    }
  },
}

function temporaryFolder() {
  const path = mkdtempSync(join(tmpdir(), 'headwatch-bench-'))
  return { path, [Symbol.asyncDispose]: async () => rmSync(path, { recursive: true, force: true }) }
}
