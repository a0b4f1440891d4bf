// A third party's receiver, of its own code alone: a line `ID [items]` over TCP is answered with `ID ok`, `ID retry` or
// `ID rejected`. Lines are given to the pipeline in their order and answered in any.
import { createServer } from 'node:net'

export const numberedReceiver = {
  kind: 'receiver',
  name: 'numbered',
  summary: 'Takes numbered records in for a test.',
  stability: 'experimental',
  config: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
  create: ({ port }) => ({
    async listen(accept, signal) {
      const open = new Set()
      const server = createServer((socket) => {
        open.add(socket)
        socket.on('close', () => open.delete(socket))
        socket.on('error', () => undefined)
        let rest = ''
        socket.setEncoding('utf8').on('data', (chunk) => {
          const lines = (rest + chunk).split('\n')
          rest = lines.pop() ?? ''
          for (const line of lines) void answer(line, accept).then((text) => socket.write(text))
        })
      }).listen(port, '127.0.0.1')
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      server.close()
      for (const socket of open) socket.end()
    },
  }),
}

async function answer(line, accept) {
  const space = line.indexOf(' ')
  const id = line.slice(0, space)
  try {
    await accept(JSON.parse(line.slice(space + 1)))
    return `${id} ok\n`
  } catch (error) {
    return `${id} ${error?.retryable === false ? 'rejected' : 'retry'}\n`
  }
}
