/** Several frames as one run of bytes, each behind its length (32 bits, big endian): the body of an HTTP request or answer. */
export function packFrames(frames: readonly Uint8Array[]): Uint8Array {
  const run = new Uint8Array(frames.reduce((sum, frame) => sum + 4 + frame.byteLength, 0))
  const view = new DataView(run.buffer)
  let at = 0
  for (const frame of frames) {
    view.setUint32(at, frame.byteLength)
    run.set(frame, at + 4)
    at += 4 + frame.byteLength
  }
  return run
}

/** The frames of a run, sharing its memory; undefined when it is none, or one frame is longer than `frameBytes`. */
export function unpackFrames(run: Uint8Array, frameBytes: number): readonly Uint8Array[] | undefined {
  const view = new DataView(run.buffer, run.byteOffset, run.byteLength)
  const frames: Uint8Array[] = []
  for (let at = 0; at < run.byteLength; ) {
    if (at + 4 > run.byteLength) return undefined
    const length = view.getUint32(at)
    if (length > frameBytes || at + 4 + length > run.byteLength) return undefined
    frames.push(run.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return frames
}
