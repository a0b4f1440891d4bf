import type { TelemetryRecord } from '../telemetry.ts'

const origin = { agent: 'eu-1', node: 'geth-a', network: '1-d4e56740' }
const at = 1_795_000_000_000
const hash = `0x${'5e'.repeat(32)}` as const
const parentHash = `0x${'c4'.repeat(32)}` as const

/** One plain record of every type, some of them twice: with all fields and with the fewest. Made anew at each call. */
export function sampleRecords(): readonly TelemetryRecord[] {
  return [
    {
      type: 'node',
      origin,
      at,
      clock: { offsetMs: -12.5, errorMs: 4 },
      client: 'Geth/v1.17.0-stable/linux-amd64/go1.24',
      chainId: 1n,
      networkId: '1',
      genesis: `0xd4e56740${'00'.repeat(28)}`,
      protocols: 'eth/68, snap/1',
      p2pPort: 30_303,
      os: 'linux',
      osVersion: '6.1.0',
      contact: 'ops@example.org',
      coinbase: `0x${'9a'.repeat(20)}`,
      reporter: 'headwatch/0.1.0',
      location: { level: 'exact', country: 'DE', city: 'Frankfurt am Main', latitude: 50.11, longitude: 8.68 },
    },
    { type: 'node', origin: { agent: 'eu-1', node: 'besu-b' }, at },
    {
      type: 'block',
      origin,
      at: at + 1,
      occasion: 'head',
      processingMs: 87.25,
      block: {
        number: 23_900_000n,
        hash,
        parentHash,
        timestampS: 1_794_999_999,
        miner: `0x${'95'.repeat(20)}`,
        gasUsed: 29_999_999n,
        gasLimit: 45_000_000n,
        baseFeeWei: 7_654_321n,
        difficulty: 0n,
        totalDifficulty: 58_750_003_716_598_352_816_469n,
        transactionCount: 212,
        uncleCount: 0,
        blobGasUsed: 786_432n,
        transactionsRoot: `0x${'1d'.repeat(32)}`,
        stateRoot: `0x${'2e'.repeat(32)}`,
        extraData: '0x',
      },
    },
    {
      type: 'block',
      origin,
      at: at + 2,
      occasion: 'history',
      block: { number: 0n, hash: parentHash, parentHash: `0x${'00'.repeat(32)}`, timestampS: 0 },
    },
    { type: 'block_timing', origin, at: at + 3, number: 23_900_000n, hash, processingMs: 91 },
    {
      type: 'metrics',
      origin,
      at: at + 4,
      readings: { disk_used_bytes: 1_099_511_627_776, load_1m_ratio: 0.25, gas_price_wei: 12_345_678_901_234_567_890n },
      labels: { mount: '/' },
    },
    { type: 'metrics', origin, at: at + 5, readings: {} },
    {
      type: 'log',
      origin,
      at: at + 6,
      severity: 4,
      facility: 3,
      application: 'geth',
      message: 'Looking for peers',
      fields: { peercount: '1' },
    },
    { type: 'log', origin, at: at + 7, severity: 0, application: '', message: '' },
    {
      type: 'alarm',
      origin,
      at: at + 8,
      key: { resource: 'node/geth-a', alarmType: 'disk_nearly_full', qualifier: '/' },
      change: 'shelved',
      version: 3,
      severity: 'major',
      text: 'The disk is nearly full.',
      actor: 'maria',
      shelvedUntil: at + 3_600_000,
    },
    {
      type: 'session',
      origin,
      at: at + 9,
      change: 'reset',
      session: 'c-17',
      prefix: '192.0.2.0/24',
      reason: 'connection reset by peer',
    },
  ]
}
