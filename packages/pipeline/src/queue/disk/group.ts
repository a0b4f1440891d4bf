import type { TelemetryRecord } from '@headwatch/protocol'
import { packRecord } from './record-codec.ts'
import { frameHeaderBytes, maxFrameBytes, writeFrame } from './segment-format.ts'

/** A record of a group, and its bytes on disk. */
export interface Framed {
  readonly record: TelemetryRecord
  readonly bytes: number
}

const initialBytes = 64 * 1024
const keptBytes = 1024 * 1024

/** Records that are written and synced as one. Used again for each group: its bytes are valid until the next `begin`. */
export class Group {
  readonly #salt: number
  #buffer = Buffer.allocUnsafe(initialBytes)
  #bytes = 0
  #first = 0n
  #records: Framed[] = []

  constructor(salt: number) {
    this.#salt = salt
  }

  get first(): bigint {
    return this.#first
  }

  get records(): readonly Framed[] {
    return this.#records
  }

  get bytes(): number {
    return this.#bytes
  }

  get frames(): Buffer {
    return this.#buffer.subarray(0, this.#bytes)
  }

  begin(first: bigint): void {
    this.#first = first
    this.#bytes = 0
    this.#records = []
    if (this.#buffer.byteLength > keptBytes) this.#buffer = Buffer.allocUnsafe(initialBytes)
  }

  /** Adds a record if it is at most `maxBytes` long on disk; returns how long it is, undefined where it cannot be written down. */
  add(record: TelemetryRecord, maxBytes: number): number | undefined {
    const payload = packedOrNot(record)
    if (payload === undefined) return undefined
    const bytes = payload.byteLength + frameHeaderBytes
    if (bytes > maxBytes || bytes > maxFrameBytes) return bytes
    this.#reserve(this.#bytes + bytes)
    writeFrame(this.#buffer, this.#bytes, this.#first + BigInt(this.#records.length), payload, this.#salt)
    this.#bytes += bytes
    this.#records.push({ record, bytes })
    return bytes
  }

  #reserve(bytes: number): void {
    if (bytes <= this.#buffer.byteLength) return
    const larger = Buffer.allocUnsafe(Math.max(bytes, this.#buffer.byteLength * 2))
    this.#buffer.copy(larger, 0, 0, this.#bytes)
    this.#buffer = larger
  }
}

/** A plugin may yield what is no telemetry. */
function packedOrNot(record: TelemetryRecord): Uint8Array | undefined {
  try {
    return packRecord(record)
  } catch {
    return undefined
  }
}
