import { fieldGroupings, type ViewerMessage } from '@headwatch/protocol/reporting'
import { z } from 'zod'

const viewId = z.string().min(1).max(64)
const network = z.string().min(1).max(128)
const window = z.object({ offset: z.int().min(0).max(1_000_000), count: z.int().min(0).max(500) })
const text = z.string().max(200)
const activity = z.enum(['in_sync', 'behind', 'syncing', 'other_head', 'silent', 'unknown'])
const sortKey = z.enum([
  'state',
  'name',
  'client',
  'head',
  'propagation',
  'peers',
  'pending',
  'latency',
  'uptime',
  'last_seen',
])

export const nodeFilter = z.object({
  text: text.exactOptional(),
  activity: z.array(activity).max(6).exactOptional(),
  client: z.array(text).max(32).exactOptional(),
  country: z.array(text).max(64).exactOptional(),
})

export const nodeSort = z.object({ by: sortKey, direction: z.enum(['ascending', 'descending']) })

const question = z.discriminatedUnion('of', [
  z.object({ of: z.literal('networks') }),
  z.object({ of: z.literal('summary'), network }),
  z.object({ of: z.literal('blocks'), network, count: z.int().min(1).max(200) }),
  z.object({ of: z.literal('nodes'), network, filter: nodeFilter, sort: nodeSort, window }),
  z.object({
    of: z.literal('field'),
    network,
    by: z.enum(fieldGroupings),
    filter: nodeFilter,
    groups: z.int().min(2).max(32),
  }),
  z.object({ of: z.literal('node'), network, node: z.string().min(1).max(256) }),
  z.object({ of: z.literal('alarms'), network: network.exactOptional() }),
  z.object({ of: z.literal('server') }),
])

const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('subscribe'), view: viewId, question }),
  z.object({ type: z.literal('window'), view: viewId, window }),
  z.object({ type: z.literal('unsubscribe'), view: viewId }),
  z.object({ type: z.literal('seen'), tick: z.int().min(0) }),
])

export type ReadViewerMessage =
  | { readonly ok: true; readonly message: ViewerMessage }
  | { readonly ok: false; readonly reason: string }

/** Reads one frame of a viewer; a bad one gives the reason as a sentence. Never throws. */
export function readViewerMessage(frame: string): ReadViewerMessage {
  let json: unknown
  try {
    json = JSON.parse(frame)
  } catch {
    return { ok: false, reason: 'the frame is not JSON' }
  }
  const read = message.safeParse(json)
  if (read.success) return { ok: true, message: read.data }
  const [issue] = read.error.issues
  return { ok: false, reason: `${issue?.path.join('.') || 'message'}: ${issue?.message ?? 'not understood'}` }
}
