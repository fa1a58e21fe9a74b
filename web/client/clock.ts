// Server time, from what the server says of it, whatever the device's own clock says.

const SAMPLES = 32

export class ServerClock {
  #aheadMs: number[] = []
  #oneWayMs = 0

  /** The server stamped its welcome between `asked` and `now`; what was known before is forgotten. */
  welcomed(serverTime: number, asked: number, now: number): void {
    this.#aheadMs = []
    this.#oneWayMs = Math.max(0, now - asked) / 2
    this.heard(serverTime, now)
  }

  /** A stamp that was under way for an unknown time: the sample least delayed is the best of them. */
  heard(serverTime: number, now: number): void {
    this.#aheadMs = [...this.#aheadMs, serverTime - now].slice(-SAMPLES)
  }

  /** Milliseconds since the epoch; null until the server was heard. */
  time(now: number): number | null {
    return this.#aheadMs.length === 0 ? null : Math.round(now + Math.max(...this.#aheadMs) + this.#oneWayMs)
  }
}
