import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { AgentReader, readServerFrame } from '@headwatch/protocol/ethstats'
import { type Json, toJson } from '@headwatch/protocol/reporting'

/** A frame of a conversation, and whose it is. */
export interface RecordedFrame {
  /** Since the first frame; only where it was recorded. */
  readonly ms?: number
  readonly from: 'agent' | 'server'
  readonly frame: string
}

/** What a conversation is of. */
export interface RecordedCase {
  readonly program: string
  readonly versions: string
  /** Among the conversations of the program, older versions first. */
  readonly order: number
  /** Which generation of server it talks to. */
  readonly heartbeat: 'client pings' | 'server pings'
  /** Recorded from the real program, or written from its source. */
  readonly evidence: 'recording' | 'construction'
  /** What exactly was recorded. */
  readonly of?: string
  /** What the client cannot tell, and which is therefore absent from everything that is read. */
  readonly untold: readonly string[]
}

const folder = fileURLToPath(new URL('../testcases/', import.meta.url))

/** The names of all cases. */
export function recordedCases(): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
}

export function recordedCase(name: string): RecordedCase {
  return JSON.parse(readFileSync(`${folder}${name}/case.json`, 'utf8')) as RecordedCase
}

export function recordedFrames(name: string): readonly RecordedFrame[] {
  const lines = readFileSync(`${folder}${name}/frames.jsonl`, 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as RecordedFrame)
}

export function expectedReading(name: string): Json {
  return JSON.parse(readFileSync(`${folder}${name}/expected.json`, 'utf8')) as Json
}

/** What every frame is read as, agent frames by one reader. */
export function readConversation(frames: readonly RecordedFrame[]): Json {
  const reader = new AgentReader()
  return toJson(frames.map(({ from, frame }) => (from === 'agent' ? reader.read(frame) : readServerFrame(frame))))
}
