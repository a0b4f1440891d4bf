// Viewers of the live feed in a process of their own: node bench/viewers-process.ts URL COUNT
// Each looks at the facts and the first fifty nodes, and confirms every tick, as the page does.
import { WebSocket } from 'ws'

const [url = '', count = '10'] = process.argv.slice(2)
const network = '1337'
const nodes = {
  of: 'nodes',
  network,
  filter: {},
  sort: { by: 'name', direction: 'ascending' },
  window: { offset: 0, count: 50 },
}
const questions = {
  networks: { of: 'networks' },
  summary: { of: 'summary', network },
  blocks: { of: 'blocks', network, count: 40 },
  nodes,
}
let frames = 0
await Promise.all(Array.from({ length: Number(count) }, openViewer))
console.log('watching')
process.once('SIGTERM', () => {
  console.log(JSON.stringify({ frames }))
  process.exit()
})

function openViewer(): Promise<void> {
  const socket = new WebSocket(url)
  socket.on('message', (frame: Buffer) => {
    frames++
    const { tick } = JSON.parse(frame.toString()) as { tick?: number }
    if (tick !== undefined) socket.send(JSON.stringify({ type: 'seen', tick }))
  })
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('open', () => {
      for (const [view, question] of Object.entries(questions))
        socket.send(JSON.stringify({ type: 'subscribe', view, question }))
      resolve()
    })
  })
}
