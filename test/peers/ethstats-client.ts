import { once } from 'node:events'
import { type ClientKind, PretendChain, PretendNode } from '@headwatch/simulator'
import { WebSocket } from 'ws'

/** One client that speaks ethstats, as geth does unless said otherwise, frame by frame in the hands of a test. */
export interface EthstatsClient extends Disposable {
  readonly node: PretendNode
  readonly socket: WebSocket
  /** Everything the server said, in order. */
  readonly heard: readonly string[]
  send(frame: string): void
  /** Seals the next block of the chain and tells of it. */
  tellBlock(): void
}

interface JoinOptions {
  readonly secret?: string
  readonly networkId?: number
  readonly chain?: PretendChain
  readonly kind?: ClientKind
}

/** Connects, says hello and resolves once the server is ready for it; rejects when it is refused. */
export async function joinEthstats(
  host: string,
  id: string,
  { secret = 'test', networkId = 1337, chain = new PretendChain(1), kind }: JoinOptions = {},
): Promise<EthstatsClient> {
  const node = kind === undefined ? new PretendNode(id) : new PretendNode(id, kind)
  const socket = new WebSocket(`ws://${host}/api`)
  const heard: string[] = []
  socket.on('message', (frame: Buffer) => heard.push(frame.toString()))
  socket.on('error', () => undefined)
  await once(socket, 'open')
  const answered = Promise.race([once(socket, 'message'), once(socket, 'close')])
  socket.send(node.hello(secret, networkId))
  await answered
  if (!heard[0]?.includes('ready')) throw new Error(`${id} was refused: ${heard[0] ?? 'closed'}`)
  const send = (frame: string) => socket.send(frame)
  const tellBlock = () => send(node.block(node.blockJson(chain.seal(Math.floor(Date.now() / 1000)))))
  return { node, socket, heard, send, tellBlock, [Symbol.dispose]: () => socket.terminate() }
}
