// The streams of one client: which it wants, which it was promised, what it holds of each, what to ask for.
import type { AccountState, Attach, Attached, Event, Gauge, Gone, Snapshot } from '@/client/generated/messages'
import { STREAMS_PER_CONNECTION, Tag } from '@/client/generated/messages'
import { takeEvent, takeGauge, takeSnapshot, type Held } from '@/client/held'
import type { Said } from '@/client/refusal'

export type OfStream = Event | Gauge | Snapshot | Attached | Gone

export interface LostStream {
  code: string
  said: Said
}

/** Wants every classroom the account is in, and what pages follow besides. */
export class Streams {
  readonly held = new Map<string, Held>()
  readonly lost = new Map<string, LostStream>()
  /** Stream -> as the projector sees it, for each page that follows it. */
  #followed = new Map<string, boolean[]>()
  #asked = new Set<string>()
  #attached = new Set<string>()
  #unreported = new Set<string>()
  #asks: Attach[] = []

  constructor(readonly own: string) {}

  get account(): Held<AccountState> | null {
    return (this.held.get(this.own) as Held<AccountState> | undefined) ?? null
  }

  follow(stream: string, asScreen: boolean): void {
    // Asking again is how a page finds out that somebody was let in again.
    this.lost.delete(stream)
    this.#refollow(stream, [...(this.#followed.get(stream) ?? []), asScreen])
  }

  /** Whether the stream is to be detached: it may be wanted for another reason. */
  unfollow(stream: string, asScreen: boolean): boolean {
    const pages = [...(this.#followed.get(stream) ?? [])]
    pages.splice(pages.indexOf(asScreen), 1)
    this.#refollow(stream, pages)
    if (this.#wanted().includes(stream)) return false
    this.#forget(stream)
    return true
  }

  /** All that is wanted, for a new connection. */
  hello(): Attach[] {
    this.disconnected()
    const wanted = this.#wanted()
    this.#asked = new Set(wanted)
    return wanted.map((stream) => this.#ask(stream))
  }

  disconnected(): void {
    this.#asked.clear()
    this.#attached.clear()
    this.#unreported.clear()
    this.#asks = []
  }

  take(envelope: OfStream): void {
    const stream = envelope[1]
    const held = this.held.get(stream)
    switch (envelope[0]) {
      case Tag.Event: {
        if (!held) return
        const taken = takeEvent(held, envelope)
        if (taken === 'gap') this.askAgain(stream)
        else if (taken !== 'known') this.#hold(taken)
        return
      }
      case Tag.Gauge:
        if (held) this.#hold(takeGauge(held, envelope))
        return
      case Tag.Snapshot:
        this.lost.delete(stream)
        this.#hold(takeSnapshot(held, envelope))
        return
      case Tag.Attached:
        this.#asked.delete(stream)
        this.#attached.add(stream)
        return
      case Tag.Gone:
        this.#forget(stream)
        this.lost.set(stream, { code: envelope[2], said: { zh: envelope[3], en: envelope[4] } })
    }
  }

  /** Asks for what the server has and we have not: the last message was lost, and no later one shows the gap. */
  compare(heads: Readonly<{ [stream: string]: number }>): void {
    for (const [stream, held] of this.held) {
      if (held.seq < (heads[stream] ?? 0)) this.askAgain(stream)
    }
  }

  isAttached(stream: string): boolean {
    return this.#attached.has(stream)
  }

  /** Ask for the stream from our position on; once until it is answered. */
  askAgain(stream: string): void {
    if (this.#asked.has(stream)) return
    this.#asked.add(stream)
    this.#asks.push(this.#ask(stream))
  }

  /** A question the server answers at once: is somebody there? */
  probe(): void {
    this.#asks.push(this.#ask(this.own))
  }

  asks(): Attach[] {
    return this.#asks.splice(0)
  }

  hasNews(): boolean {
    return [...this.#unreported].some((stream) => this.#attached.has(stream))
  }

  /** The positions that moved since they were last reported; they are reported with this. */
  news(): Record<string, number> {
    return this.#report([...this.#unreported].filter((stream) => this.#attached.has(stream)))
  }

  /** Every position; they are reported with this. */
  positions(): Record<string, number> {
    return this.#report([...this.#attached])
  }

  #report(streams: string[]): Record<string, number> {
    this.#unreported.clear()
    return Object.fromEntries(
      streams.flatMap((stream) => {
        const held = this.held.get(stream)
        return held ? [[stream, held.seq] as const] : []
      }),
    )
  }

  #refollow(stream: string, pages: boolean[]): void {
    const wasScreen = this.#isScreen(stream)
    const isNew = !this.#attached.has(stream)
    if (pages.length === 0) this.#followed.delete(stream)
    else this.#followed.set(stream, pages)
    if (wasScreen !== this.#isScreen(stream)) this.#asked.delete(stream)
    else if (!isNew) return
    if (this.#wanted().includes(stream)) this.askAgain(stream)
  }

  /** A page for people beats the projector's: it needs what the screen must not show. */
  #isScreen(stream: string): boolean {
    const pages = this.#followed.get(stream) ?? []
    return pages.length > 0 && pages.every((asScreen) => asScreen)
  }

  /** The account's own stream first: it says what else there is. */
  #wanted(): string[] {
    const wanted = new Set([this.own, ...this.#followed.keys(), ...classrooms(this.account)])
    return [...wanted].filter((stream) => !this.lost.has(stream)).slice(0, STREAMS_PER_CONNECTION)
  }

  #ask(stream: string): Attach {
    const asScreen = this.#isScreen(stream)
    const held = this.held.get(stream)
    const isSame = held !== undefined && (held.audience === 'screen') === asScreen
    return [Tag.Attach, stream, isSame ? held.seq : null, isSame ? held.audience : null, asScreen]
  }

  #hold(held: Held): void {
    const before = this.held.get(held.stream)
    if (held === before) return
    this.held.set(held.stream, held)
    if (before?.seq !== held.seq) this.#unreported.add(held.stream)
    if (held.stream === this.own) this.#followAccount(before as Held<AccountState> | undefined)
  }

  /** A membership that began is wanted, one that ended is dropped without waiting for the server's word. */
  #followAccount(before: Held<AccountState> | undefined): void {
    const wasIn = new Set(classrooms(before ?? null))
    const isIn = new Set(classrooms(this.account))
    for (const stream of isIn) if (!wasIn.has(stream)) this.lost.delete(stream)
    for (const stream of wasIn) if (!isIn.has(stream)) this.#forget(stream)
    for (const stream of this.#wanted()) if (!this.#attached.has(stream)) this.askAgain(stream)
  }

  #forget(stream: string): void {
    this.held.delete(stream)
    this.#asked.delete(stream)
    this.#attached.delete(stream)
    this.#unreported.delete(stream)
  }
}

function classrooms(account: Held<AccountState> | null): string[] {
  return account === null ? [] : account.state.memberships.map((each) => each.classroom)
}
