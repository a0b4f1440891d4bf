// `node --import ./shift-clock.mjs …` runs a program whose wall clock is wrong by CLOCK_SHIFT_MS, and jumps by CLOCK_JUMP_MS
// more after CLOCK_JUMP_AFTER_MS. What never goes back is left alone.
const { CLOCK_SHIFT_MS = 0, CLOCK_JUMP_MS = 0, CLOCK_JUMP_AFTER_MS = 0 } = process.env
const TrueDate = Date
let shiftMs = Number(CLOCK_SHIFT_MS)

if (Number(CLOCK_JUMP_MS) !== 0) {
  const jump = () => {
    shiftMs += Number(CLOCK_JUMP_MS)
  }
  setTimeout(jump, Number(CLOCK_JUMP_AFTER_MS)).unref()
}

class ShiftedDate extends TrueDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [TrueDate.now() + shiftMs] : parts))
  }

  static now() {
    return TrueDate.now() + shiftMs
  }
}

globalThis.Date = ShiftedDate
