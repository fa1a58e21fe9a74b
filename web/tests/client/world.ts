// A browser and a server for the tests of the client: time stands still unless a test lets it pass.
import { decodeMulti, encode as pack } from '@msgpack/msgpack'
import {
  Tag,
  type AccountState,
  type Activity,
  type Audience,
  type ClassroomState,
  type Done,
  type FromClient,
  type FromServer,
  type RefusedReply,
} from '@/client/generated/messages'
import type { Live } from '@/client/live'
import type { Wish } from '@/client/outbox'
import { createSocket, type PageEvent } from '@/client/socket'
import type { KeptWish, WishStore } from '@/client/wishes'
import { vi } from 'vitest'

export const ME = 'A'.repeat(16)
export const ROOM = 'R'.repeat(16)
export const OTHER = 'O'.repeat(16)
export const QUIZ = 'Q'.repeat(16)
export const SERVER_TIME = 1_767_225_600_000

export class FakeSocket {
  binaryType = ''
  onopen: (() => void) | null = null
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null
  onclose: ((event: { code: number }) => void) | null = null
  closedWith: number | null = null
  sent: FromClient[] = []

  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {}

  send(data: Uint8Array): void {
    for (const envelope of decodeMulti(data)) this.sent.push(envelope as FromClient)
  }

  close(code: number): void {
    this.closedWith = code
  }
}

export function memoryWishes(kept: KeptWish[] = []): WishStore & { kept: Map<string, KeptWish> } {
  const rows = new Map(kept.map((wish) => [wish.id, wish]))
  return {
    kept: rows,
    load: () => Promise.resolve([...rows.values()]),
    keep: (_account, wish) => void rows.set(wish.id, wish),
    drop: (ids) => ids.forEach((id) => rows.delete(id)),
  }
}

export interface WorldOptions {
  wishes?: ReturnType<typeof memoryWishes>
  post?: (wish: Wish) => Promise<Done | RefusedReply | null>
}

/** Uses fake timers: call `vi.useRealTimers()` after each test. */
export class World {
  readonly sockets: FakeSocket[] = []
  readonly wishes: ReturnType<typeof memoryWishes>
  readonly live: Live
  nTold = 0
  nTokensLost = 0
  isOnline = true
  draw = 0.5
  sleptMs = 0
  #tell: (what: PageEvent) => void = () => undefined

  constructor(options: WorldOptions = {}) {
    vi.useFakeTimers({ now: 1_700_000_000_000 })
    const started = Date.now()
    this.wishes = options.wishes ?? memoryWishes()
    this.live = createSocket({
      identity: { account: ME, token: 'token', clientKind: 'web', clientVersion: '1' },
      url: 'ws://host/ws',
      wishes: this.wishes,
      post: options.post ?? (() => Promise.reject(new Error('nothing is posted here'))),
      onTokenLost: () => (this.nTokensLost += 1),
      page: {
        openSocket: (url, protocol) => {
          const socket = new FakeSocket(url, protocol)
          this.sockets.push(socket)
          return socket as unknown as WebSocket
        },
        now: () => Date.now() - started - this.sleptMs,
        wallNow: () => Date.now(),
        draw: () => this.draw,
        newId: () => `command-${++this.#nIds}`,
        isOnline: () => this.isOnline,
        listen: (listener) => {
          this.#tell = listener
          return () => (this.#tell = () => undefined)
        },
      },
    })
    this.live.subscribe(() => (this.nTold += 1))
  }

  #nIds = 0

  get socket(): FakeSocket {
    const last = this.sockets.at(-1)
    if (!last) throw new Error('no socket was opened')
    return last
  }

  /** What the client sent on the present socket since the last time. */
  sent(): FromClient[] {
    return this.socket.sent.splice(0)
  }

  says(...envelopes: FromServer[]): void {
    const parts = envelopes.map((envelope) => pack(envelope))
    const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
    let at = 0
    for (const part of parts) {
      bytes.set(part, at)
      at += part.length
    }
    this.socket.onmessage?.({ data: bytes.buffer })
  }

  async passes(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms)
  }

  /** The device sleeps: the wall's clock goes on, ours and the timers do not. */
  sleeps(ms: number): void {
    this.sleptMs += ms
    vi.setSystemTime(Date.now() + ms)
  }

  page(what: PageEvent): void {
    this.#tell(what)
  }

  breaks(code = 1006): void {
    this.socket.onclose?.({ code })
  }

  async greets(): Promise<void> {
    await this.passes(0)
    this.socket.onopen?.()
    this.says(welcome())
  }

  /** Connected, in one classroom, everything up to date at position 3, nothing unsaid. */
  async isInClass(): Promise<void> {
    await this.greets()
    this.says(snapshot(1, anAccount(ROOM)), attached(ME, 1))
    this.says(snapshot(3, aClassroom({ activities: [aQuiz()] })), attached(ROOM, 3))
    await this.passes(2_000)
    this.sent()
  }

  room(): ReturnType<Live['classroom']> {
    return this.live.classroom(ROOM)
  }
}

export const welcome = (): FromServer => [Tag.Welcome, ME, 'D'.repeat(16), SERVER_TIME, 25, 'a']

export const attached = (stream: string, head: number): FromServer => [Tag.Attached, stream, head, 'snapshot']

export function snapshot(seq: number, state: AccountState | ClassroomState, audience: Audience = 'student'): FromServer {
  const isAccount = 'memberships' in state
  const body = state as unknown as Record<string, unknown>
  return [Tag.Snapshot, state.id, seq, isAccount ? 'account' : 'classroom', isAccount ? 'self' : audience, body]
}

export const event = (seq: number, name: string, body: object | null, stream = ROOM): FromServer => [
  Tag.Event,
  stream,
  seq,
  SERVER_TIME,
  name,
  body as Record<string, unknown> | null,
]

export const renamed = (seq: number, name = '代数'): FromServer => event(seq, 'classroom.renamed', { name })

export const gauge = (name: string, rev: number, value: object | null, key = QUIZ): FromServer => [
  Tag.Gauge,
  ROOM,
  name,
  key,
  rev,
  value as Record<string, unknown> | null,
]

export const refused = (id: string, code: string, retryAfterMs: number | null = null): RefusedReply => [
  Tag.RefusedReply,
  id,
  code,
  true,
  '中文',
  'English',
  retryAfterMs,
  null,
]

export const anAccount = (...rooms: string[]): AccountState => ({
  id: ME,
  name: '小明',
  memberships: rooms.map((classroom) => ({ classroom, role: 'student' as const })),
  inbox: { unread: {}, items: [] },
})

export const aClassroom = (changes: Partial<ClassroomState> = {}): ClassroomState => ({
  id: ROOM,
  name: '高等数学',
  code: null,
  is_code_open: true,
  n_members: 1,
  members: [],
  session: null,
  activities: [],
  drafts: [],
  linked: null,
  ...changes,
})

export const aQuiz = (changes: Partial<Activity> = {}): Activity => ({
  id: QUIZ,
  kind: 'exercise',
  title: '第一题',
  config: {},
  phase: 'published',
  state: {},
  published_at: 5,
  deadline_at: null,
  closed_at: null,
  n_posts: 0,
  posts: [],
  tally: null,
  ...changes,
})
