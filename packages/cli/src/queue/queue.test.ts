import assert from 'node:assert/strict'
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, type Mock, mock, test } from 'node:test'
import { queueCommand } from '../commands/queue.ts'
import { complaint } from '../exit.ts'
import { outcomeOf, runProgram } from '../testkit/run-program.ts'

let folder = ''

/** Records of a real agent whose server is not there, in `data/queue/main`. */
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headwatch-queue-cli-'))
  const text = `self: { agent: eu-1 }
collectors: { host: { everyMs: 100 } }
exporters: { native: { endpoint: 'ws://127.0.0.1:9', retryFirstMs: 20 } }
program: { drainMs: 0 }`
  writeFileSync(join(folder, 'agent.yaml'), text)
  await using agent = runProgram(['agent', '--config', 'agent.yaml'], { folder })
  await agent.says(/a destination does not take data/)
  agent.signal('SIGTERM')
  assert.equal((await agent.ended).code, 0)
})

after(() => rmSync(folder, { recursive: true, force: true }))

/** `headwatch queue ARGS` in this process, and what it comes to. */
async function run(args: readonly string[]) {
  const written = mock.method(console, 'log', () => undefined)
  try {
    await queueCommand().exitOverride().parseAsync(args, { from: 'user' })
    return { code: Number(process.exitCode ?? 0), err: '', out: outOf(written) }
  } catch (thrown) {
    const { text, code } = complaint(thrown)
    return { code, err: text, out: outOf(written) }
  } finally {
    written.mock.restore()
    process.exitCode = undefined
  }
}

function outOf(written: Mock<typeof console.log>): string {
  return written.mock.calls.map((call) => `${call.arguments[0]}\n`).join('')
}

/** A copy of that data folder, and the command run on it. */
async function runOnCopy(
  [command = '', ...rest]: readonly string[],
  change: (queue: string) => void = () => undefined,
) {
  const data = mkdtempSync(join(folder, 'copy-'))
  cpSync(join(folder, 'data'), data, { recursive: true })
  const queue = join(data, 'queue', 'main')
  change(queue)
  return { queue, ...(await run([command, data, ...rest])) }
}

function segmentOf(queue: string): string {
  const [name = ''] = readdirSync(queue).filter((file) => file.endsWith('.seg'))
  return join(queue, name)
}

describe('headwatch queue', () => {
  test('inspect says who numbers, what waits for whom and since when, and changes nothing', async () => {
    const { code, out, queue } = await runOnCopy(['inspect'])
    assert.equal(code, 0)
    assert.match(out, /numbered by {2}eu-1, stream main, epoch [0-9a-f-]{36}; the next record is number \d+/)
    assert.match(out, /state {8}left in order/)
    assert.match(
      out,
      /destination {2}waiting +bytes +oldest +next number\n {2}native {7}\d+ +[\d.]+ (bytes|KiB) +\d+ seconds? +1\n/,
    )
    assert.match(out, /0000000000000001\.seg {2}1 to \d+/)
    assert.deepEqual(readFileSync(segmentOf(queue)), readFileSync(segmentOf(join(folder, 'data', 'queue', 'main'))))
  })

  test('inspect gives programs the same as JSON', async () => {
    const { out } = await runOnCopy(['inspect', '--json'])
    assert.partialDeepStrictEqual(JSON.parse(out), [
      {
        destinations: [{ destination: 'native', cursor: '1', isOrphan: false }],
        segments: [{ first: '1' }],
        refused: [],
      },
    ])
  })

  test('verify is content with a queue that is whole', async () => {
    const { code, out } = await runOnCopy(['verify'])
    assert.match(out, /: \d+ records in [\d.]+ (bytes|KiB); all is well\.\n$/)
    assert.equal(code, 0)
  })

  test('verify says what is damaged, and ends with 1', async () => {
    const { code, out } = await runOnCopy(['verify'], (queue) => {
      const bytes = readFileSync(segmentOf(queue))
      bytes[bytes.byteLength - 1] = (bytes.at(-1) ?? 0) ^ 1
      writeFileSync(segmentOf(queue), bytes)
    })
    assert.match(out, /; 1 fault\.\n {2}0000000000000001\.seg is damaged, at byte \d+, number \d+\n$/)
    assert.equal(code, 1)
  })

  test('verify tells what a crash cut short from damage', async () => {
    const { code, out } = await runOnCopy(['verify'], (queue) => appendFileSync(segmentOf(queue), 'half a record'))
    assert.match(out, /; all is well\.\n {2}0000000000000001\.seg ends in the middle of a record, as a crash leaves it/)
    assert.equal(code, 0)
  })

  test('forget lets a backlog go, once', async () => {
    const { code, out, queue } = await runOnCopy(['forget', '--destination', 'native'])
    assert.match(out, /^\d+ records? that waited for "native" will not be delivered to it\.\n$/)
    assert.equal(code, 0)
    const again = await run(['forget', queue, '--destination', 'native'])
    assert.match(again.err, /knows no destination "native"; it knows none/)
    assert.equal(again.code, 2)
  })

  test('replay sets a destination back, from a number or a time', async () => {
    const { code, out, queue } = await runOnCopy(['replay', '--destination', 'native', '--from', '1'])
    assert.match(out, /^\d+ records? will be delivered to "native" after the next start\.\n$/)
    assert.equal(code, 0)
    const since = await outcomeOf([
      'queue',
      'replay',
      queue,
      '--destination',
      'native',
      '--since',
      '2020-01-01',
      '--json',
    ])
    assert.partialDeepStrictEqual(JSON.parse(since.out), {
      destination: 'native',
      records: Number(/^\d+/.exec(out)?.[0]),
    })
  })

  const mistakes: readonly [string, readonly string[], RegExp, ((queue: string) => void)?][] = [
    ['replay of nobody knows what', ['replay'], /^say which records, with --from NUMBER, --since TIME or --refused$/],
    ['replay to nobody', ['replay', '--from', '1'], /^say who is to get the records again, with --destination$/],
    ['a number that is none', ['replay', '--destination', 'native', '--from', '1.5'], /^--from: "1\.5" is no number/],
    ['a time that is none', ['replay', '--destination', 'native', '--since', 'noon'], /^--since: "noon" is no time/],
    ['refused records where there are none', ['replay', '--refused'], /^no refused records are kept in /],
    [
      'a destination that is not there',
      ['forget', '--destination', 'natvie'],
      /knows no destination "natvie"; it knows native$/,
    ],
    [
      'several queues where one is meant',
      ['forget', '--destination', 'native'],
      /has several queues; name one of .*queue\/main, .*queue\/other$/,
      (queue) => cpSync(queue, join(queue, '..', 'other'), { recursive: true }),
    ],
    [
      'something else in the folder',
      ['inspect'],
      /holds something that is not a Headwatch queue \(.*\): /,
      (queue) => {
        rmSync(queue, { recursive: true })
        mkdirSync(queue)
        writeFileSync(join(queue, 'cursors.json'), '{"of":"another program"}')
      },
    ],
  ]
  for (const [what, args, sentence, change] of mistakes)
    test(`answers a mistake with a sentence and exit code 2: ${what}`, async () => {
      const { code, out, err } = await runOnCopy(args, change)
      assert.match(err.trim(), sentence)
      assert.deepEqual({ code, out }, { code: 2, out: '' })
    })

  test('answers a folder that is not there, and one without a queue, likewise', async () => {
    assert.match((await run(['inspect', join(folder, 'nope')])).err, /^there is no folder .*nope$/)
    const { code, err } = await run(['verify', folder])
    assert.match(err, /not a Headwatch queue|there is no queue in/)
    assert.equal(code, 2)
  })
})

test('an agent does not touch a folder that is not its queue, nor one in use, and says which', async () => {
  const data = mkdtempSync(join(folder, 'strange-'))
  mkdirSync(join(data, 'queue', 'main'), { recursive: true })
  writeFileSync(join(data, 'queue', 'main', 'notes.txt'), 'mine')
  const strange = await outcomeOf(['agent', '--config', 'agent.yaml', '--data', data], { folder })
  assert.match(
    strange.err,
    /queue\/main holds something that is not a Headwatch queue \(notes\.txt\): name another folder in program\.folder\n$/,
  )
  assert.equal(strange.code, 2)
  assert.deepEqual(readdirSync(join(data, 'queue', 'main')), ['notes.txt'])
  const own = mkdtempSync(join(folder, 'own-'))
  await using first = runProgram(['agent', '--config', 'agent.yaml', '--data', own], { folder })
  await first.says(/sends to native/)
  const second = await outcomeOf(['agent', '--config', 'agent.yaml', '--data', own], { folder })
  assert.match(second.err, /is in use by process \d+ on .*: stop it, or name another folder in program\.folder\n$/)
  assert.equal(second.code, 2)
  const forgotten = await run(['forget', own, '--destination', 'native'])
  assert.match(forgotten.err, /is in use by process \d+/)
})
