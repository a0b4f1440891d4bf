import { parentPort, workerData } from 'node:worker_threads'
import { RejectedError, verdictOf } from '@headwatch/sdk'
import { CommitUnpacker } from './crossing/commit-unpacker.ts'
import { FolderReader } from './folder-reader.ts'
import type {
  Envelope,
  Failure,
  FolderEvent,
  ReaderRequest,
  Reply,
  Request,
  ThreadData,
  WriterRequest,
} from './messages.ts'
import { PartitionWriter } from './partition-writer.ts'
import { sentenceOf } from './sqlite-error.ts'

/* Entry of both threads of a store: the one that writes and answers from memory, and the one that reads files. */

const { role, config, cancelled } = workerData as ThreadData
const slots = new Int32Array(cancelled)
let events: FolderEvent[] = []
const report = (event: FolderEvent): void => void events.push(event)
const answer = role === 'writer' ? writerAnswers() : readerAnswers()

parentPort?.on('message', ({ id, slot, request }: Envelope) => {
  const check = (): void => {
    if (Atomics.load(slots, slot) !== 0) throw new Cancelled()
  }
  let reply: Reply
  try {
    check()
    const value = answer(request, check)
    reply = { id, value, events }
  } catch (error) {
    reply = { id, failure: failureOf(error), events }
  }
  events = []
  parentPort?.postMessage(reply)
  if (request.ask === 'close') parentPort?.close()
})

class Cancelled extends Error {}

function failureOf(error: unknown): Failure {
  if (error instanceof Cancelled) return { verdict: 'aborted', message: 'nobody waits for it' }
  const verdict = verdictOf(error)
  return { verdict, message: error instanceof Error && verdict !== 'fault' ? error.message : sentenceOf(error) }
}

function writerAnswers(): (request: Request) => unknown {
  const writer = new PartitionWriter(config, report)
  const unpacker = new CommitUnpacker()
  return (given) => {
    const request = given as WriterRequest
    switch (request.ask) {
      case 'open':
        return openWriter(writer, request.now)
      case 'commit':
        return writer.commit(unpacker.unpack(request.packed), request.now)
      case 'storedRanges':
        return writer.state().rangesOf(request.of)
      case 'latest':
        return writer.state().latest(request.of)
      case 'nodes':
        return writer.state().nodes()
      case 'alarms':
        return writer.state().alarms(request.of)
      case 'close':
        return writer.close()
    }
  }
}

function openWriter(writer: PartitionWriter, now: number): void {
  try {
    writer.state()
    writer.removeOld(now)
  } catch (cause) {
    if (verdictOf(cause) === 'reject') throw cause
    throw new RejectedError(`the store in ${config.folder} cannot be opened: ${sentenceOf(cause)}`, { cause })
  }
}

function readerAnswers(): (request: Request, check: () => void) => unknown {
  const reader = new FolderReader(report)
  return (request, check) => reader.answer(request as ReaderRequest, check)
}
