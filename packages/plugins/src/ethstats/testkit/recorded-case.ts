import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { AgentReader, readServerFrame } from '@headwatch/protocol/ethstats'
import { type Json, toJson } from '@headwatch/protocol/reporting'

/** A frame of a conversation, and whose it is. */
export interface RecordedFrame {
  readonly from: 'agent' | 'server'
  readonly frame: string
}

const folder = fileURLToPath(new URL('../testcases/', import.meta.url))

/** The names of all cases. */
export function recordedCases(): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
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
