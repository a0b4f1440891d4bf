import type { Gap, SequenceRange, Source, Telemetry } from '@headwatch/protocol'
import type { Accept, Position } from '@headwatch/sdk'
import { checkedConfig, type FakeAdmissionOptions, fakeAdmission, fakeHost } from '@headwatch/sdk/testkit'
import { receiverConfig } from '../config.ts'
import { nativeReceiver } from '../receiver.ts'
import { Switchboard } from '../switchboard.ts'
import { TestAgent } from './test-agent.ts'

export interface ReceiverOptions {
  readonly config?: object
  readonly stored?: readonly SequenceRange[]
  /** The same for each source, in its place. */
  readonly storedOf?: (source: Source) => readonly SequenceRange[] | Promise<readonly SequenceRange[]>
  readonly admission?: FakeAdmissionOptions
  /** What becomes of the batch beginning at `first`. */
  readonly take?: (first: bigint) => Promise<void> | undefined
}

/** A receiver at work on a switchboard, and what it handed to the pipeline. */
export async function runningReceiver({
  config = {},
  stored = [],
  storedOf = () => stored,
  admission = {},
  take,
}: ReceiverOptions = {}) {
  const host = fakeHost({ storedRanges: async (source) => storedOf(source), admission: fakeAdmission(admission) })
  const switchboard = new Switchboard()
  const taken: { readonly items: readonly Telemetry[]; readonly position: Position }[] = []
  const gaps: Gap[] = []
  const sessions: Telemetry[] = []
  const accept: Accept = Object.assign(
    async (items: readonly Telemetry[], position?: Position) => {
      if (position === undefined) return void sessions.push(...items)
      taken.push({ items, position })
      await take?.(position.first)
    },
    { gap: async (gap: Gap) => void gaps.push(gap) },
  )
  const stop = new AbortController()
  const receiver = nativeReceiver(switchboard).create(
    await checkedConfig(receiverConfig, { listen: 'in_process:main', ...config }),
    host,
  )
  const listening = receiver.listen(accept, stop.signal)
  const end = async (): Promise<void> => {
    stop.abort()
    await listening
  }
  return { host, switchboard, taken, gaps, sessions, end, connect: () => TestAgent.connect(switchboard) }
}
