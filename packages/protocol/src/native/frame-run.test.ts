import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { packFrames, unpackFrames } from './frame-run.ts'

describe('a run of frames', () => {
  test('comes back as the frames it was made of', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 }), (frames) => {
        assert.deepEqual(unpackFrames(packFrames(frames), 50), frames)
      }),
    )
  })

  test('that ends too early, or holds a frame too long, is none', () => {
    const run = packFrames([new Uint8Array(3), new Uint8Array(9)])
    for (let length = 1; length < run.length; length++) {
      if (length !== 7) assert.equal(unpackFrames(run.subarray(0, length), 100), undefined, `${length} bytes`)
    }
    assert.equal(unpackFrames(run, 8), undefined)
    assert.equal(unpackFrames(new Uint8Array([0xff, 0xff, 0xff, 0xff, 1]), 100), undefined)
  })
})
