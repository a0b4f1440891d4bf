import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ViewerMessage } from '../reporting/feed.ts'
import type { ViewQuestion } from '../reporting/views.ts'
import { FeedFollower } from './feed-follower.ts'

/** One viewer's connection. */
export interface FeedConnection {
  send(frame: string): void
  /** The frames that came since the last call. */
  received(): readonly string[]
  readonly isOpen: boolean
  close(): void
}

/** A feed, and a hand on what it shows. */
export interface FeedUnderTest extends Partial<AsyncDisposable> {
  connect(): Promise<FeedConnection>
  /** Changes something that `questions` ask for; `number` counts the changes. */
  change(number: number): void
  /** Lets the feed tick once, and what it sent arrive. */
  tick(): Promise<void>
  /** What to look at: each is followed. At least one list of nodes, so that there is something to scroll. */
  readonly questions: readonly ViewQuestion[]
}

/** A test that hangs is a test that fails. */
const timeout = 30_000

/** Nobody is that patient: a viewer this many ticks behind has to be thinned, and cut before ten times as many. */
const patienceTicks = 200

const badFrames = [
  '',
  'null',
  '{"type":"subscribe"',
  '[]',
  '{"type":"dance"}',
  '{"type":"subscribe","view":"a"}',
  '{"type":"subscribe","view":"a","question":{"of":"everything"}}',
  '{"type":"subscribe","view":7,"question":{"of":"networks"}}',
  `{"type":"subscribe","view":"${'x'.repeat(65)}","question":{"of":"networks"}}`,
  '{"type":"window","view":"nobody","window":{"offset":0,"count":5}}',
  '{"type":"window","view":"a","window":{"offset":-1,"count":1e9}}',
  '{"type":"seen","tick":"soon"}',
]

/** Registers tests: what every feed promises, see `feed.ts`. */
export function checkFeed(name: string, make: () => Promise<FeedUnderTest>): void {
  const check = (sentence: string, body: (feed: FeedUnderTest) => Promise<void>): void => {
    test(sentence, { timeout }, async () => {
      const feed = await make()
      await body(feed)
      await feed[Symbol.asyncDispose]?.()
    })
  }

  describe(`${name} is a feed that`, { timeout }, () => {
    check('welcomes a viewer first', async (feed) => {
      const viewer = await Watching.of(feed)
      viewer.read()
      assert.equal(viewer.follower.messages[0]?.type, 'welcome')
    })

    check('tells what changed, so that who follows sees what a newcomer sees', async (feed) => {
      const viewer = await Watching.of(feed)
      for (let number = 0; number < 40; number++) {
        feed.change(number)
        await feed.tick()
        viewer.confirm()
        if (number % 10 === 9) await assertLikeNewcomer(feed, viewer)
      }
      assert.ok(viewer.follower.countOf('delta') > 0, 'nothing was ever told as a change')
    })

    check('sends nothing of a view when nothing changes, or when it is closed', async (feed) => {
      const viewer = await Watching.of(feed)
      await feed.tick()
      viewer.confirm()
      const before = viewer.follower.countOf('snapshot') + viewer.follower.countOf('delta')
      await feed.tick()
      viewer.confirm()
      assert.equal(viewer.follower.countOf('snapshot') + viewer.follower.countOf('delta'), before)
      for (const view of feed.questions.keys()) viewer.say({ type: 'unsubscribe', view: `v${view}` })
      feed.change(1)
      await feed.tick()
      viewer.confirm()
      assert.equal(viewer.follower.countOf('snapshot') + viewer.follower.countOf('delta'), before)
    })

    check('follows a viewer who scrolls', async (feed) => {
      const viewer = await Watching.of(feed)
      await feed.tick()
      viewer.confirm()
      const index = feed.questions.findIndex(({ of }) => of === 'nodes')
      for (const offset of [1, 2, 0]) {
        viewer.say({ type: 'window', view: `v${index}`, window: { offset, count: 2 } })
        feed.change(offset)
        await feed.tick()
        viewer.confirm()
        const content = viewer.follower.contentOf(`v${index}`)
        assert.equal(content?.kind === 'rows' && content.offset, offset)
        assert.ok(content?.kind === 'rows' && content.rows.length <= 2)
      }
    })

    check('refuses what it cannot read, and goes on', async (feed) => {
      const viewer = await Watching.of(feed)
      for (const frame of badFrames) viewer.connection.send(frame)
      await feed.tick()
      viewer.read()
      assert.equal(viewer.follower.countOf('refused'), badFrames.length)
      await assertLikeNewcomer(feed, viewer)
    })

    check('bounds the views of one viewer, and the others keep theirs', async (feed) => {
      const viewer = await Watching.of(feed)
      const other = await Watching.of(feed)
      for (let number = 0; number < 1_000; number++) {
        viewer.say({ type: 'subscribe', view: `more${number}`, question: { of: 'networks' } })
      }
      await feed.tick()
      viewer.read()
      other.read()
      assert.ok(viewer.follower.countOf('refused') > 500, 'a thousand views were opened')
      await assertLikeNewcomer(feed, other)
    })

    check('thins a viewer that falls behind, and ends it when that does not help', async (feed) => {
      const lazy = await Watching.of(feed)
      const diligent = await Watching.of(feed)
      let wasThinned = false
      for (let number = 0; number < 10 * patienceTicks && lazy.connection.isOpen; number++) {
        feed.change(number)
        await feed.tick()
        diligent.confirm()
        lazy.read()
        wasThinned ||= lazy.follower.countOf('pace') > 0
        assert.ok(wasThinned || number < patienceTicks, 'a viewer far behind gets everything')
      }
      assert.equal(lazy.connection.isOpen, false, 'a viewer that never confirms is served for ever')
      assert.equal(diligent.connection.isOpen, true)
      await assertLikeNewcomer(feed, diligent)
    })
  })
}

/** A viewer that looks at every question: view `v0` at the first and so on. */
class Watching {
  readonly connection: FeedConnection
  readonly follower = new FeedFollower()

  private constructor(connection: FeedConnection) {
    this.connection = connection
  }

  static async of(feed: FeedUnderTest): Promise<Watching> {
    const viewer = new Watching(await feed.connect())
    for (const [index, question] of feed.questions.entries()) {
      viewer.say({ type: 'subscribe', view: `v${index}`, question })
    }
    return viewer
  }

  say(message: ViewerMessage): void {
    this.connection.send(JSON.stringify(message))
  }

  read(): void {
    for (const frame of this.connection.received()) this.follower.take(frame)
  }

  /** Reads, and says so as a good viewer does. */
  confirm(): void {
    this.read()
    this.say({ type: 'seen', tick: this.follower.tick })
  }
}

async function assertLikeNewcomer(feed: FeedUnderTest, viewer: Watching): Promise<void> {
  const newcomer = await Watching.of(feed)
  await feed.tick()
  newcomer.read()
  viewer.confirm()
  for (const index of feed.questions.keys()) {
    const content = viewer.follower.contentOf(`v${index}`)
    assert.ok(content !== undefined, `view v${index} was never sent`)
    assert.deepEqual(content, newcomer.follower.contentOf(`v${index}`))
  }
  newcomer.connection.close()
}
