// Measures study in beats of 15 s. Time that passes while nothing is studied is in no beat, nor is a gap in which the
// device slept. The clock of the day says when, the steady one how long: setting the first changes no length.

const BEAT_MS = 15_000
// Ticks come each second. After a longer silence nobody knows what was done.
const GAP_MS = 5_000

export interface Beat {
  startsAt: number
  endsAt: number
  positionMs: number
}

export class StudyMeter {
  #studiedMs = 0
  #last: number | null = null

  /** `steady`: milliseconds of a clock that is never set; `at`: the time of day. A full beat, or null. */
  tick(isStudying: boolean, steady: number, at: number, positionMs: number): Beat | null {
    const passed = this.#last === null ? 0 : steady - this.#last
    const isGap = passed > GAP_MS
    // The beat before a pause is told at its beginning, when the clock still stands where it ended.
    this.#last = isStudying ? steady : null
    if (isGap) {
      this.#studiedMs = 0
      return null
    }
    this.#studiedMs += passed
    if (isStudying && this.#studiedMs < BEAT_MS) return null
    return this.end(at, positionMs)
  }

  /** What was studied since the last beat; null if that is under a second. */
  end(at: number, positionMs: number): Beat | null {
    const lengthMs = Math.round(this.#studiedMs)
    this.#studiedMs = 0
    if (lengthMs < 1_000) return null
    return { startsAt: Math.round(at) - lengthMs, endsAt: Math.round(at), positionMs: Math.max(0, Math.round(positionMs)) }
  }
}
