// The client in a browser: one WebSocket, timers, and the moments at which phones lose and find their network.
import { Client, isLoggedOut, type Identity, type Shell } from '@/client/client'
import { SUBPROTOCOL, Tag, type Done, type RefusedReply } from '@/client/generated/messages'
import type { ClassroomView, ConnectionState, Heard, Live } from '@/client/live'
import type { Wish } from '@/client/outbox'
import { Refusal, unreachable } from '@/client/refusal'
import type { Body } from '@/client/wire'
import type { KeptWish, WishStore } from '@/client/wishes'

export interface SocketOptions {
  identity: Identity
  url: string
  wishes: WishStore
  /** Sends a command that is too long for the socket over REST; null: no answer came. */
  post: (wish: Wish) => Promise<Done | RefusedReply | null>
  /** The server no longer knows the token. */
  onTokenLost: () => void
  /** The browser's, or a test's. */
  page?: Page
}

/** What of the browser is used. */
export interface Page {
  openSocket: (url: string, protocol: string) => WebSocket
  /** Milliseconds that neither jump nor follow the wall's clock. */
  now: () => number
  wallNow: () => number
  draw: () => number
  newId: () => string
  isOnline: () => boolean
  listen: (listener: (what: PageEvent) => void) => () => void
}

export type PageEvent = 'visible' | 'hidden' | 'online' | 'offline' | 'shown' | 'put_away'

const ABNORMAL = 1006
const GOING_AWAY = 1000
/** The wall's clock ran ahead of ours by this much: the device slept. */
const SLEPT_MS = 2_000

interface Promised {
  resolve: (result: Body | null) => void
  reject: (refusal: Refusal) => void
}

export function createSocket(options: SocketOptions): Live {
  const page = options.page ?? browserPage()
  const { account } = options.identity
  const listeners = new Set<() => void>()
  const ears = new Set<(heard: Heard) => void>()
  const promised = new Map<string, Promised>()
  let socket: WebSocket | null = null
  let timer: ReturnType<typeof setTimeout> | null = null
  let lead = page.wallNow() - page.now()
  let isClosed = false
  let wasOffline = false

  const shell: Shell = {
    open() {
      const opened = page.openSocket(options.url, SUBPROTOCOL)
      opened.binaryType = 'arraybuffer'
      socket = opened
      // A socket that was given up may still speak: only the present one is heard.
      const heard = (what: () => void) => () => {
        if (socket === opened) happened(what)
      }
      opened.onopen = heard(() => client.opened(page.now()))
      opened.onmessage = (event: MessageEvent<ArrayBuffer>) => heard(() => client.received(event.data, page.now()))()
      opened.onclose = (event: CloseEvent) =>
        heard(() => {
          socket = null
          client.closed(event.code || ABNORMAL, page.now())
        })()
    },
    send: (data) => socket?.send(data),
    shut() {
      const shutting = socket
      socket = null
      shutting?.close(GOING_AWAY)
    },
    post(wish) {
      void options.post(wish).then((reply) =>
        happened(() => (reply === null ? client.unsent(wish.id, page.now()) : client.answered(reply, page.now()))),
      )
    },
    settle(ids, reply) {
      options.wishes.drop(ids)
      for (const id of ids) {
        const { resolve, reject } = promised.get(id) ?? {}
        promised.delete(id)
        if (reply === null) reject?.(unreachable())
        else if (reply[0] === Tag.Done) resolve?.(reply[2])
        else reject?.(toRefusal(reply))
      }
    },
    hear([, stream, name, account, body]) {
      for (const ear of [...ears]) ear({ stream, name, account, body: body ?? {} })
    },
  }
  const client = new Client(options.identity, shell, page.draw)

  /** Whatever happens goes through here: afterwards the timer is right and the pages have heard. */
  function happened(what: () => void): void {
    if (isClosed) return
    what()
    plan()
    if (client.stopCode !== null && isLoggedOut(client.stopCode)) {
      options.onTokenLost()
      return
    }
    for (const listener of [...listeners]) listener()
  }

  function plan(): void {
    if (timer !== null) clearTimeout(timer)
    const due = client.due()
    timer = due === null ? null : setTimeout(tick, Math.max(0, due - page.now()))
  }

  function tick(): void {
    happened(() => {
      if (hasSlept()) client.slept(page.now())
      client.tick(page.now())
    })
  }

  function hasSlept(): boolean {
    const before = lead
    lead = page.wallNow() - page.now()
    return lead - before > SLEPT_MS
  }

  function onPage(what: PageEvent): void {
    happened(() => {
      // The browser says it after the network was gone or became another: what was open before is dead, whatever it shows.
      const isBack = what === 'online' && wasOffline
      if (what === 'offline' || what === 'online') wasOffline = what === 'offline'
      if (what === 'put_away') client.pause()
      else if (isBack) client.slept(page.now())
      else if (what === 'visible' || what === 'shown' || what === 'online') {
        if (hasSlept()) client.slept(page.now())
        else client.wake(page.now())
      }
    })
  }

  const unlisten = page.listen(onPage)
  void options.wishes.load(account).then(
    (kept) => happened(() => client.restore(kept.map(toOurClock), page.now())),
    () => happened(() => client.restore([], page.now())),
  )
  client.start(page.now())
  plan()

  function toOurClock(kept: KeptWish): KeptWish {
    return { ...kept, madeAt: page.now() - (page.wallNow() - kept.madeAt) }
  }

  return {
    connection: (): ConnectionState => {
      if (!page.isOnline()) return 'offline'
      if (client.phase === 'live') return 'connected'
      return client.hasBeenLive ? 'reconnecting' : 'connecting'
    },
    stopped: () => client.stopCode,
    serverNow: () => client.clock.time(page.now()) ?? page.wallNow(),
    account: () => client.streams.account?.state ?? null,
    classroom: (id) => (client.streams.held.get(id) as ClassroomView | undefined) ?? null,
    lost: (id) => client.streams.lost.get(id) ?? null,
    follow(id, { asScreen = false } = {}) {
      happened(() => client.follow(id, asScreen, page.now()))
      let isFollowed = true
      return () => {
        if (isFollowed) happened(() => client.unfollow(id, asScreen, page.now()))
        isFollowed = false
      }
    },
    command(op, stream, body = {}) {
      if (isClosed) return Promise.reject(unreachable())
      return new Promise((resolve, reject) => {
        const wish = { id: page.newId(), op, stream, body }
        promised.set(wish.id, { resolve, reject })
        options.wishes.keep(account, { ...wish, madeAt: page.wallNow() })
        happened(() => options.wishes.drop(client.command(wish, page.now())))
      })
    },
    hint: (stream, name, body = {}) => happened(() => client.hint(stream, name, body)),
    hear(listener) {
      ears.add(listener)
      return () => ears.delete(listener)
    },
    refresh: (token) => happened(() => client.refresh(token)),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      client.stop()
      isClosed = true
      unlisten()
      if (timer !== null) clearTimeout(timer)
      listeners.clear()
      ears.clear()
      for (const { reject } of promised.values()) reject(unreachable())
      promised.clear()
    },
  }
}

function toRefusal([, , code, retry, zh, en, retryAfterMs, data]: RefusedReply): Refusal {
  return new Refusal(code, { zh, en }, retry, { retryAfterMs: retryAfterMs ?? undefined, data: data ?? undefined })
}

export function browserPage(): Page {
  const targets: [EventTarget, string, () => PageEvent][] = [
    [document, 'visibilitychange', () => (document.hidden ? 'hidden' : 'visible')],
    [document, 'freeze', () => 'put_away'],
    [document, 'resume', () => 'shown'],
    [window, 'pagehide', () => 'put_away'],
    [window, 'pageshow', () => 'shown'],
    [window, 'online', () => 'online'],
    [window, 'offline', () => 'offline'],
  ]
  return {
    openSocket: (url, protocol) => new WebSocket(url, protocol),
    now: () => performance.now(),
    wallNow: () => Date.now(),
    draw: () => Math.random(),
    newId: () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    isOnline: () => navigator.onLine,
    listen(listener) {
      const heard = targets.map(([target, name, what]) => {
        const handler = (): void => listener(what())
        target.addEventListener(name, handler)
        return () => target.removeEventListener(name, handler)
      })
      return () => heard.forEach((unlisten) => unlisten())
    },
  }
}
