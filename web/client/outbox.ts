// Commands not yet answered. They are sent again, unchanged and with the same id, after a reconnect or a reload.
import type { Body, Done, RefusedReply } from '@/client/generated/messages'
import { Tag } from '@/client/generated/messages'

export interface Wish {
  readonly id: string
  readonly op: string
  readonly stream: string
  readonly body: Body
}

export interface Waiting extends Wish {
  readonly madeAt: number
  /** Ids of older saves that this one made needless: its answer is theirs too. */
  readonly standsFor: readonly string[]
  readonly nRefused: number
  readonly isInFlight: boolean
  readonly notBefore: number
}

// A wish of the moment (start the session) is not carried out when somebody opens the app hours later; an answer
// always is sent, and the server says whether it was in time.
export const MOMENT_MS = 120_000
export const ANSWER_MS = 24 * 3_600_000
/** What waited through an outage goes out no faster than it is answered. */
export const IN_FLIGHT = 16
const TRIES = 6
const PASSING = new Set(['slow_down', 'overloaded'])

/** In the order in which people wished. `put` and `settled` tell what must be kept over a reload. */
export class Outbox {
  #waiting = new Map<string, Waiting>()

  get size(): number {
    return this.#waiting.size
  }

  /** Keep the command until it is answered. Gives the ids of older saves, not sent yet, that it makes needless. */
  put(wish: Wish, now: number): readonly string[] {
    const older = [...this.#waiting.values()].filter((each) => isOlderSave(each, wish))
    for (const each of older) this.#waiting.delete(each.id)
    const standsFor = older.flatMap((each) => [...each.standsFor, each.id])
    this.#waiting.set(wish.id, { ...wish, madeAt: now, standsFor, nRefused: 0, isInFlight: false, notBefore: 0 })
    return standsFor
  }

  /** What an earlier run of the program left, oldest first, goes before what this run wished. */
  restore(wishes: readonly (Wish & { madeAt: number })[]): void {
    const newer = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const { madeAt, ...wish } of wishes) this.put(wish, madeAt)
    for (const { id, op, stream, body, madeAt } of newer) this.put({ id, op, stream, body }, madeAt)
  }

  /** The commands to send now; each is in flight until it is answered or the connection is lost. */
  take(now: number): Wish[] {
    const ready = this.#resting().filter((each) => each.notBefore <= now)
    const taken = ready.slice(0, Math.max(0, IN_FLIGHT - this.#nInFlight()))
    for (const each of taken) this.#waiting.set(each.id, { ...each, isInFlight: true })
    return taken
  }

  /** The ids that the reply settles; none if it is of no command here, or if the command is to be tried again. */
  answered(reply: Done | RefusedReply, now: number): readonly string[] {
    const waiting = this.#waiting.get(reply[1])
    if (!waiting) return []
    if (reply[0] === Tag.RefusedReply && PASSING.has(reply[2]) && waiting.nRefused < TRIES) {
      this.#waiting.set(waiting.id, { ...waiting, nRefused: waiting.nRefused + 1 })
      this.rest(waiting.id, now + (reply[6] ?? 1000 * 2 ** waiting.nRefused))
      return []
    }
    this.#waiting.delete(waiting.id)
    return [...waiting.standsFor, waiting.id]
  }

  /** The command did not arrive: it is sent again, but not before then. */
  rest(id: string, notBefore: number): void {
    const waiting = this.#waiting.get(id)
    if (waiting) this.#waiting.set(id, { ...waiting, isInFlight: false, notBefore })
  }

  /** Nobody knows whether what was in flight arrived: all of it is to be sent again. */
  disconnected(): void {
    for (const each of this.#waiting.values()) if (each.isInFlight) this.rest(each.id, 0)
  }

  /** The ids of commands too old to be sent any more; they are forgotten. */
  expired(now: number): readonly string[] {
    const old = this.#resting().filter((each) => expiresAt(each) <= now)
    for (const each of old) this.#waiting.delete(each.id)
    return old.flatMap((each) => [...each.standsFor, each.id])
  }

  /** When `take` next gives something that it does not give now; null if only an answer makes room for it. */
  nextTry(): number | null {
    return this.#nInFlight() >= IN_FLIGHT ? null : least(this.#resting().map((each) => each.notBefore))
  }

  /** When `expired` next gives something. */
  nextExpiry(): number | null {
    return least(this.#resting().map(expiresAt))
  }

  #resting(): Waiting[] {
    return [...this.#waiting.values()].filter((each) => !each.isInFlight)
  }

  #nInFlight(): number {
    return this.#waiting.size - this.#resting().length
  }
}

export function expiresAt({ op, madeAt }: { op: string; madeAt: number }): number {
  return madeAt + (op.startsWith('response.') ? ANSWER_MS : MOMENT_MS)
}

function isOlderSave(waiting: Waiting, newer: Wish): boolean {
  return (
    newer.op === 'response.save' &&
    !waiting.isInFlight &&
    waiting.op === newer.op &&
    waiting.stream === newer.stream &&
    waiting.body['activity'] === newer.body['activity']
  )
}

function least(times: readonly number[]): number | null {
  return times.length === 0 ? null : Math.min(...times)
}
