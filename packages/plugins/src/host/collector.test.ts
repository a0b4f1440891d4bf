import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import type { MetricSet, Telemetry } from '@headwatch/protocol'
import { fakeClock, fakeHost } from '@headwatch/sdk/testkit'
import { hostCollector } from './index.ts'

const netDev = (
  received: number,
  sent: number,
) => `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0
  eth0: ${received} 10 1 0 0 0 0 0 ${sent} 20 2 0 0 0 0 0
`
const stat = (user: number, idle: number, steal: number) =>
  `cpu  ${user} 0 0 ${idle} 0 0 0 ${steal} 0 0\ncpu0 1 0 0 1 0 0 0 0 0 0\ncpu1 1 0 0 1 0 0 0 0 0 0\nbtime 1\n`
const pidStat = (name: string, ticks: number) => `42 (${name}) S 1 1 1 0 -1 0 0 0 0 0 ${ticks} 0 0 0 20 0 1 0 1 0 0\n`

/** A machine made of files. */
function machine(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'headwatch-proc-'))
  const write = (changed: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(changed)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
  }
  write(files)
  return { folder, write, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

function collectorOn(folder: string, options: object = {}) {
  const clock = fakeClock()
  const collector = hostCollector.create(
    { mounts: [], interfaces: [], clientProcess: '', procFolder: folder, ...options },
    fakeHost({ clock }),
  )
  const round = async () => {
    const items: Telemetry[] = await Array.fromAsync(collector.collect(AbortSignal.timeout(5_000)))
    const sets = items.filter((item): item is MetricSet => item.type === 'metrics')
    const labelled = (label: string) => sets.filter(({ labels }) => labels?.[label] !== undefined)
    return { items, main: sets[0]?.readings ?? {}, labelled }
  }
  return { round, clock }
}

describe('a round', () => {
  test('tells what is so now, and rates from the second round on', async () => {
    using host = machine({
      stat: stat(100, 900, 0),
      loadavg: '0.50 0.40 0.30 1/100 4242\n',
      meminfo:
        'MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    400 kB\nSwapTotal:  50 kB\nSwapFree: 20 kB\n',
      uptime: '3600.50 7000.00\n',
      'self/net/dev': netDev(1_000, 2_000),
    })
    const { round, clock } = collectorOn(host.folder)
    const first = await round()
    assert.deepEqual(first.main, {
      cpu_cores_count: 2,
      load_1m_ratio: 0.5,
      memory_total_bytes: 1_024_000,
      memory_used_bytes: 614_400,
      swap_used_bytes: 30_720,
      host_uptime_s: 3600.5,
    })
    assert.deepEqual(first.labelled('interface'), [])
    host.write({ stat: stat(150, 940, 10), 'self/net/dev': netDev(3_000, 2_500) })
    await clock.advance(2_000)
    const second = await round()
    assert.partialDeepStrictEqual(second.main, { cpu_used_ratio: 0.6, cpu_steal_ratio: 0.1 })
    assert.deepEqual(
      second.labelled('interface').map(({ labels, readings }) => [labels, readings]),
      [
        [
          { interface: 'eth0' },
          { network_received_bytes_per_s: 1_000, network_sent_bytes_per_s: 250, network_errors_total: 3 },
        ],
      ],
    )
  })

  test('never gives a negative rate when counters start anew', async () => {
    using host = machine({ stat: stat(100, 900, 0), 'self/net/dev': netDev(9_000, 9_000) })
    const { round, clock } = collectorOn(host.folder)
    await round()
    host.write({ stat: stat(1, 9, 0), 'self/net/dev': netDev(10, 10) })
    await clock.advance(1_000)
    const { main, labelled } = await round()
    assert.equal('cpu_used_ratio' in main, false)
    assert.partialDeepStrictEqual(labelled('interface'), [
      { readings: { network_received_bytes_per_s: 0, network_sent_bytes_per_s: 0 } },
    ])
  })

  test('measures the mounts it is told, and leaves out one that is not there', async () => {
    using host = machine({ uptime: '1 1' })
    const { round } = collectorOn(host.folder, { mounts: ['/', '/nowhere/at/all'] })
    const disks = (await round()).labelled('mount')
    assert.deepEqual(
      disks.map(({ labels }) => labels),
      [{ mount: '/' }],
    )
    assert.ok(Number(disks[0]?.readings['disk_total_bytes']) > 0)
  })

  test('finds the client’s process, follows it, and finds it again under another number', async () => {
    using host = machine({
      '42/stat': pidStat('geth', 100),
      '42/status': 'VmRSS:\t 2048 kB\n',
      '42/fd/0': '',
      '42/fd/1': '',
      '7/stat': pidStat('a) S (geth', 5),
    })
    const { round, clock } = collectorOn(host.folder)
    assert.deepEqual((await round()).main, { client_memory_bytes: 2_097_152, client_open_files_count: 2 })
    host.write({ '42/stat': pidStat('geth', 150) })
    await clock.advance(1_000)
    assert.equal((await round()).main['client_cpu_ratio'], 0.5)
    host.write({ '42/stat': pidStat('bash', 1), '43/stat': pidStat('geth', 9), '43/status': 'VmRSS:\t 1 kB\n' })
    let found = await round().catch(() => undefined)
    for (let rounds = 0; rounds < 12 && found === undefined; rounds++) found = await round().catch(() => undefined)
    assert.equal(found?.main['client_memory_bytes'], 1_024)
  })
})

describe('a machine that tells little', () => {
  test('without procfs asks to be tried again, with a sentence', async () => {
    const { round } = collectorOn('/nowhere/at/all')
    await assert.rejects(round(), { name: 'RetryableError', message: /tells nothing: this is no Linux/ })
  })

  for (const garbage of ['', 'garbage\n', '\0\0\0', 'cpu\nMemTotal: x kB\n', 'eth0:\n'.repeat(1_000)]) {
    test(`with files of ${JSON.stringify(garbage.slice(0, 20))} gives no wrong reading`, async () => {
      using host = machine({
        stat: garbage,
        meminfo: garbage,
        loadavg: garbage,
        uptime: garbage,
        'self/net/dev': garbage,
        'self/mounts': garbage,
        '1/stat': garbage,
      })
      const { round } = collectorOn(host.folder)
      const rounds = [await round().catch(() => undefined), await round().catch(() => undefined)]
      for (const value of rounds.flatMap((one) => Object.values(one?.main ?? {})))
        assert.ok(Number.isFinite(Number(value)))
    })
  }
})

test('starts no program: a round on this machine leaves it no child', async () => {
  const { round } = collectorOn('/proc')
  const { readFileSync } = await import('node:fs')
  const before = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
  await round()
  assert.equal(readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8'), before)
})
