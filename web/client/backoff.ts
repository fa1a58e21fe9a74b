// When to try again: spread out, so that a class that fell off at once does not come back at once.

const FIRST_MS = 4_000
const MOST_MS = 30_000
/** A connection held this long was a good one: counting starts anew. */
export const HELD_MS = 10_000

/** How long to wait after the `nFailed`-th failure in a row, from 1: 0-4 s, 0-8, 0-16, then 0-30. */
export function waitMs(nFailed: number, draw: () => number): number {
  return draw() * Math.min(MOST_MS, FIRST_MS * 2 ** (Math.max(nFailed, 1) - 1))
}
