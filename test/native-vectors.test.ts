import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, test } from 'node:test'
import { decodeMessage } from '@headwatch/protocol/native'

/** The codec of the example, which shares no code with ours. */
interface ExampleCodec {
  encode(value: unknown): Uint8Array
  decode(bytes: Uint8Array): unknown
}

const folder = 'packages/protocol/vectors/native'
const codec = (await import(resolve('examples/native-agent-js/msgpack.mjs'))) as ExampleCodec

describe('the example in plain JavaScript writes what it reads, for every recorded frame:', () => {
  for (const file of readdirSync(folder).toSorted()) {
    const { name, hex, message } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recorded
    test(name, () => {
      const read = codec.decode(Buffer.from(hex, 'hex'))
      const written = codec.encode(read)
      assert.deepEqual(codec.decode(written), read)
      if (message !== undefined) assert.deepEqual(decodeMessage(written), decodeMessage(Buffer.from(hex, 'hex')))
    })
  }
})

interface Recorded {
  readonly name: string
  readonly hex: string
  readonly message?: unknown
}
