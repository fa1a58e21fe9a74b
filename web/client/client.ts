// The client without a browser: it is told what happened and when, and says what to do through its shell.
// The twin of protocol/client/client.py. Times are milliseconds of a clock that does not jump.
import { HELD_MS, waitMs } from '@/client/backoff'
import { ServerClock } from '@/client/clock'
import { decode, encode } from '@/client/codec'
import {
  CLOSE_TOO_MANY_DEVICES,
  CLOSE_UNAUTHENTICATED,
  HEARTBEAT_S,
  HELLO_TIMEOUT_S,
  MESSAGE_BYTES,
  PROTOCOL_VERSION,
  Tag,
  type Body,
  type ClientKind,
  type Done,
  type FromClient,
  type FromServer,
  type RefusedReply,
  type Signal,
} from '@/client/generated/messages'
import { Outbox, type Wish } from '@/client/outbox'
import { Streams } from '@/client/streams'

export type Phase = 'idle' | 'opening' | 'greeting' | 'live' | 'waiting' | 'stopped'

/** What the client needs done. None of these may call back at once. */
export interface Shell {
  /** Open a socket; say `opened` or `closed`. */
  open(): void
  send(data: Uint8Array<ArrayBuffer>): void
  /** Close the socket; `closed` is not to be said. */
  shut(): void
  /** A command too long for the socket: over REST, and then say `answered` or `unsent`. */
  post(wish: Wish): void
  /** These commands are settled; null: given up unanswered, after their time. */
  settle(ids: readonly string[], reply: Done | RefusedReply | null): void
  /** Somebody else's hint. */
  hear(signal: Signal): void
}

export interface Identity {
  /** Known from the log-in; its id is the id of its stream. */
  account: string
  token: string
  clientKind: ClientKind
  clientVersion: string
}

export const OPEN_TIMEOUT_MS = 10_000
export const PROBE_MS = 5_000
const PONG_INTERVAL_MS = 1_000
const POST_RETRY_MS = 3_000
// Heartbeats come every 25 s, 10 % sooner or later; a phone's network may hold one back a little.
const silenceMs = (heartbeatS: number): number => heartbeatS * 1100 + 7_500

/** 4500-4999: stay away. */
export const mayComeBack = (code: number): boolean => code < 4500 || code > 4999

/** Whether the server no longer knows the token, so that the person has to log in. */
export const isLoggedOut = (code: number): boolean => code >= CLOSE_UNAUTHENTICATED && code <= CLOSE_TOO_MANY_DEVICES

export class Client {
  readonly clock = new ServerClock()
  readonly outbox = new Outbox()
  readonly streams: Streams
  phase: Phase = 'idle'
  /** The close code with which the server said to stay away. */
  stopCode: number | null = null
  hasBeenLive = false
  #nFailed = 0
  #silenceMs = silenceMs(HEARTBEAT_S)
  #helloAt = 0
  #liveSince = 0
  #deadline: number | null = null
  #retryAt: number | null = null
  #notBefore = 0
  #slotAt: number | null = null
  #pongAt: number | null = null
  #lastPong = -Infinity
  #isRestored = false

  constructor(
    private identity: Identity,
    private readonly shell: Shell,
    private readonly draw: () => number,
  ) {
    this.streams = new Streams(identity.account)
  }

  // What people wish

  start(now: number): void {
    if (this.phase === 'idle' || this.phase === 'stopped') this.#open(now)
  }

  stop(): void {
    if (this.#hasSocket()) this.shell.shut()
    this.#rest('idle')
  }

  /** Send it, now or when there is a connection, until it is answered. */
  command(wish: Wish, now: number): readonly string[] {
    const needless = this.outbox.put(wish, now)
    this.#flush(now)
    return needless
  }

  /** What an earlier run left unanswered; called once, and nothing is sent before. */
  restore(wishes: readonly (Wish & { madeAt: number })[], now: number): void {
    this.outbox.restore(wishes)
    this.#isRestored = true
    this.#flush(now)
  }

  follow(stream: string, asScreen: boolean, now: number): void {
    this.streams.follow(stream, asScreen)
    this.#flush(now)
  }

  unfollow(stream: string, asScreen: boolean, now: number): void {
    if (this.streams.unfollow(stream, asScreen) && this.phase === 'live') this.#send([Tag.Detach, stream])
    this.#flush(now)
  }

  /** To the others of a stream, now or never: a hint is not kept for later. */
  hint(stream: string, name: string, body: Body): void {
    if (this.phase === 'live' && this.streams.isAttached(stream)) this.#send([Tag.Hint, stream, name, body])
  }

  /** A newer token of the same device, so that the connection outlives the old one. */
  refresh(token: string): void {
    this.identity = { ...this.identity, token }
    if (this.phase === 'live') this.#send([Tag.Refresh, token])
  }

  // What happened

  opened(now: number): void {
    if (this.phase !== 'opening') return
    this.phase = 'greeting'
    this.#helloAt = now
    this.#deadline = now + HELLO_TIMEOUT_S * 1000
    const { token, clientKind, clientVersion } = this.identity
    this.#send([Tag.Hello, token, clientKind, clientVersion, this.streams.hello(), PROTOCOL_VERSION])
  }

  received(data: ArrayBuffer, now: number): void {
    if (this.phase !== 'greeting' && this.phase !== 'live') return
    for (const envelope of decode(data)) this.#take(envelope, now)
    if (!this.#isLive()) return
    this.#deadline = now + this.#silenceMs
    this.#flush(now)
  }

  closed(code: number, now: number): void {
    if (!this.#hasSocket()) return
    if (mayComeBack(code)) this.#fail(now)
    else {
      this.stopCode = code
      this.#rest('stopped')
    }
  }

  /** Somebody looks, or the network is there: waiting ends, except where the server named a time. */
  wake(now: number): void {
    if (this.phase === 'waiting') {
      this.#retryAt = Math.max(now, this.#notBefore)
      this.tick(now)
    } else if (this.phase === 'live' && this.#deadline !== null && this.#deadline - now < this.#silenceMs - PROBE_MS) {
      // Silent for a while: a phone that slept often finds its connection dead.
      this.#deadline = Math.min(this.#deadline, now + PROBE_MS)
      this.streams.probe()
      this.#flush(now)
    }
  }

  /** The device slept: the connection is not to be trusted, nor is the time. */
  slept(now: number): void {
    if (!this.#hasSocket()) return this.wake(now)
    this.shell.shut()
    this.#open(now)
  }

  /** The page is put away and may not run again; the socket would keep it from being kept. */
  pause(): void {
    if (!this.#hasSocket()) return
    this.shell.shut()
    this.#rest('waiting')
  }

  /** The answer to a command that went over REST. */
  answered(reply: Done | RefusedReply, now: number): void {
    const ids = this.outbox.answered(reply, now)
    if (ids.length > 0) this.shell.settle(ids, reply)
  }

  /** A command that was to go over REST got no answer. */
  unsent(id: string, now: number): void {
    this.outbox.rest(id, now + POST_RETRY_MS)
  }

  tick(now: number): void {
    if (this.phase === 'live' && isDue(this.#slotAt, now)) {
      this.shell.shut()
      this.#open(now)
    }
    if (isDue(this.#deadline, now)) {
      this.shell.shut()
      this.#fail(now)
    }
    if (this.phase === 'waiting' && isDue(this.#retryAt, now)) this.#open(now)
    const expired = this.outbox.expired(now)
    if (expired.length > 0) this.shell.settle(expired, null)
    this.#flush(now)
  }

  /** When `tick` is next to be called, if nothing else happens before. */
  due(): number | null {
    const named = [this.#deadline, this.#retryAt, this.outbox.nextExpiry()]
    if (this.phase === 'live') named.push(this.#pongAt, this.#slotAt, this.#isRestored ? this.outbox.nextTry() : null)
    const times = named.filter((each) => each !== null)
    return times.length === 0 ? null : Math.min(...times)
  }

  // The connection

  #open(now: number): void {
    this.#rest('opening')
    this.stopCode = null
    this.#deadline = now + OPEN_TIMEOUT_MS
    this.shell.open()
  }

  #fail(now: number): void {
    if (this.phase === 'live' && now - this.#liveSince >= HELD_MS) this.#nFailed = 0
    this.#nFailed += 1
    const at = this.#slotAt ?? now + waitMs(this.#nFailed, this.draw)
    this.#rest('waiting')
    this.#retryAt = Math.max(at, this.#notBefore)
  }

  #rest(phase: Phase): void {
    this.phase = phase
    this.outbox.disconnected()
    this.streams.disconnected()
    this.#deadline = this.#retryAt = this.#pongAt = this.#slotAt = null
  }

  #hasSocket(): boolean {
    return this.phase === 'opening' || this.phase === 'greeting' || this.phase === 'live'
  }

  // A method, because what a call changed the type checker does not see.
  #isLive(): boolean {
    return this.phase === 'live'
  }

  #flush(now: number): void {
    if (this.phase !== 'live') return
    for (const ask of this.streams.asks()) this.#send(ask)
    if (this.#isRestored) for (const wish of this.outbox.take(now)) this.#sendCommand(wish)
    this.#report(now)
  }

  #sendCommand(wish: Wish): void {
    const data = encode([Tag.Command, wish.id, wish.op, wish.stream, wish.body])
    if (data.byteLength > MESSAGE_BYTES) this.shell.post(wish)
    else this.shell.send(data)
  }

  #send(envelope: FromClient): void {
    this.shell.send(encode(envelope))
  }

  // What the server says

  #take(envelope: FromServer, now: number): void {
    switch (envelope[0]) {
      case Tag.Welcome:
        this.phase = 'live'
        this.hasBeenLive = true
        this.#liveSince = now
        this.#silenceMs = silenceMs(envelope[4])
        this.clock.welcomed(envelope[3], this.#helloAt, now)
        return
      case Tag.Done:
      case Tag.RefusedReply:
        this.answered(envelope, now)
        return
      case Tag.Ping:
        this.clock.heard(envelope[1], now)
        this.streams.compare(envelope[2])
        this.#pong(this.streams.positions(), now)
        return
      case Tag.Reconnect:
        this.#slotAt = now + envelope[1]
        return
      case Tag.Fault:
        this.#notBefore = Math.max(this.#notBefore, now + (envelope[5] ?? 0))
        return
      case Tag.Signal:
        this.shell.hear(envelope)
        return
      default:
        this.streams.take(envelope)
    }
  }

  /** Positions that moved, at most once a second: staff see how many have what. */
  #report(now: number): void {
    if (!this.streams.hasNews()) return
    if (now - this.#lastPong >= PONG_INTERVAL_MS) this.#pong(this.streams.news(), now)
    else this.#pongAt ??= this.#lastPong + PONG_INTERVAL_MS
  }

  #pong(positions: Record<string, number>, now: number): void {
    this.#send([Tag.Pong, positions])
    this.#lastPong = now
    this.#pongAt = null
  }
}

function isDue(at: number | null, now: number): boolean {
  return at !== null && at <= now
}
