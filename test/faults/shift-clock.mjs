// `node --import ./shift-clock.mjs …` runs a program whose wall clock is wrong by CLOCK_SHIFT_MS. What never goes back is left alone.
const shiftMs = Number(process.env.CLOCK_SHIFT_MS ?? 0)
const TrueDate = Date

class ShiftedDate extends TrueDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [TrueDate.now() + shiftMs] : parts))
  }

  static now() {
    return TrueDate.now() + shiftMs
  }
}

globalThis.Date = ShiftedDate
