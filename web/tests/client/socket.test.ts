// A phone's life in a browser: it comes back, catches up, and shows what is true.
import { Tag } from '@/client/generated/messages'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  aClassroom,
  anAccount,
  aQuiz,
  attached,
  event,
  gauge,
  ME,
  OTHER,
  QUIZ,
  renamed,
  ROOM,
  SERVER_TIME,
  snapshot,
  welcome,
  World,
} from './world'

afterEach(() => vi.useRealTimers())

async function inClass(): Promise<World> {
  const world = new World()
  await world.isInClass()
  return world
}

const ask = (stream: string, seq: number | null, audience: string | null) => [Tag.Attach, stream, seq, audience, false]

describe('coming in', () => {
  it('says hello with the token, asks for the account, then for its classrooms', async () => {
    const world = new World()
    expect(world.live.connection()).toBe('connecting')
    expect([world.socket.url, world.socket.protocol]).toEqual(['ws://host/ws', 'shangke.v1.msgpack'])
    world.socket.onopen?.()
    expect(world.sent()).toEqual([[Tag.Hello, 'token', 'web', '1', [ask(ME, null, null)], 1]])
    world.says(welcome())
    expect(world.live.connection()).toBe('connected')
    world.says(snapshot(4, anAccount(ROOM, OTHER)), attached(ME, 4))
    expect(world.sent()).toEqual([ask(ROOM, null, null), ask(OTHER, null, null), [Tag.Pong, { [ME]: 4 }]])
    expect(world.live.account()).toEqual(anAccount(ROOM, OTHER))
    expect(world.nTold).toBeGreaterThan(0)
  })

  it('follows what a page follows besides, and lets go when the last page does', async () => {
    const world = await inClass()
    const releases = [world.live.follow(OTHER), world.live.follow(OTHER)]
    expect(world.sent()).toEqual([ask(OTHER, null, null)])
    world.says(snapshot(1, aClassroom({ id: OTHER })), attached(OTHER, 1))
    await world.passes(2_000)
    world.sent()
    releases[0]?.()
    releases[0]?.()
    expect([world.sent(), world.live.classroom(OTHER)?.seq]).toEqual([[], 1])
    releases[1]?.()
    expect([world.sent(), world.live.classroom(OTHER)]).toEqual([[[Tag.Detach, OTHER]], null])
  })

  it('shows the projector what the projector may show, and staff everything again afterwards', async () => {
    const world = await inClass()
    const release = world.live.follow(ROOM, { asScreen: true })
    expect(world.sent()).toEqual([[Tag.Attach, ROOM, null, null, true]])
    world.says(snapshot(3, aClassroom(), 'screen'), attached(ROOM, 3))
    expect(world.room()?.audience).toBe('screen')
    await world.passes(2_000)
    world.sent()
    release()
    expect(world.sent()).toEqual([ask(ROOM, null, null)])
  })
})

describe('following', () => {
  it('applies events in order, ignores old ones and skips those of a later version', async () => {
    const world = await inClass()
    world.says(renamed(4), renamed(4, '几何'), renamed(2, '几何'), event(5, '', null), event(6, 'classroom.painted', {}))
    expect([world.room()?.state.name, world.room()?.seq]).toEqual(['代数', 6])
  })

  it('asks once for what is missing', async () => {
    const world = await inClass()
    world.says(renamed(5, '五'), renamed(6, '六'))
    expect(world.sent()).toEqual([ask(ROOM, 3, 'student')])
    world.says([Tag.Ping, SERVER_TIME, { [ROOM]: 6 }])
    expect(world.sent()).toEqual([[Tag.Pong, { [ME]: 1, [ROOM]: 3 }]])
    world.says(renamed(4, '四'), renamed(5, '五'), renamed(6, '六'), attached(ROOM, 6))
    expect([world.room()?.state.name, world.room()?.seq]).toEqual(['六', 6])
  })

  it('finds a lost last message by the heartbeat', async () => {
    const world = await inClass()
    world.says([Tag.Ping, SERVER_TIME, { [ROOM]: 4, [ME]: 1, [OTHER]: 9 }])
    expect(world.sent()).toEqual([[Tag.Pong, { [ME]: 1, [ROOM]: 3 }], ask(ROOM, 3, 'student')])
  })

  it('reports positions at most once a second', async () => {
    const world = await inClass()
    world.says(renamed(4))
    world.says(renamed(5))
    expect(world.sent()).toEqual([[Tag.Pong, { [ROOM]: 4 }]])
    await world.passes(999)
    expect(world.sent()).toEqual([])
    await world.passes(1)
    expect(world.sent()).toEqual([[Tag.Pong, { [ROOM]: 5 }]])
  })

  it('attaches a classroom that was joined and drops one that was left', async () => {
    const world = await inClass()
    world.says(event(2, 'membership.begun', { membership: { classroom: OTHER, role: 'student' } }, ME))
    expect(world.sent()).toEqual([ask(OTHER, null, null), [Tag.Pong, { [ME]: 2 }]])
    world.says(event(3, 'membership.ended', { classroom: ROOM, how: 'left' }, ME))
    expect(world.room()).toBeNull()
  })

  it('says why a stream is gone, and does not ask for it again by itself', async () => {
    const world = await inClass()
    world.says([Tag.Gone, ROOM, 'not_found', '内容不存在', 'Not found.'])
    expect(world.room()).toBeNull()
    expect(world.live.lost(ROOM)).toEqual({ code: 'not_found', said: { zh: '内容不存在', en: 'Not found.' } })
    world.breaks()
    world.page('visible')
    world.socket.onopen?.()
    expect(world.sent()).toEqual([[Tag.Hello, 'token', 'web', '1', [ask(ME, 1, 'self')], 1]])
    world.says(welcome())
    world.live.follow(ROOM)
    expect(world.sent()).toEqual([ask(ROOM, null, null)])
    expect(world.live.lost(ROOM)).toBeNull()
  })

  it('keeps a view as it was and makes a new one when something changes', async () => {
    const world = await inClass()
    const before = world.room()
    world.says([Tag.Ping, SERVER_TIME, {}])
    expect(world.room()).toBe(before)
    world.says(renamed(4))
    expect(before?.state.name).toBe('高等数学')
    expect(world.room()).not.toBe(before)
    expect(world.room()?.state.activities).toBe(before?.state.activities)
  })
})

describe('gauges', () => {
  it('keeps the newest whatever comes later', async () => {
    const world = await inClass()
    world.says(gauge('tally', 2, { n: 2 }), gauge('tally', 1, { n: 1 }), gauge('unknown', 1, {}))
    expect(world.room()?.tallies).toEqual({ [QUIZ]: { n: 2 } })
    world.says(gauge('tally', 3, null), gauge('tally', 2, { n: 2 }))
    expect(world.room()?.tallies).toEqual({})
  })

  it.each([
    ['staff', { [QUIZ]: { n: 2 } }],
    ['student', {}],
    ['screen', {}],
  ] as const)('shows %s only a tally that no verb may have hidden', async (audience, tallies) => {
    const world = await inClass()
    world.says(snapshot(4, aClassroom({ activities: [aQuiz()] }), audience), gauge('tally', 2, { n: 2 }))
    world.says(event(5, 'activity.changed', { activity: QUIZ, phase: 'published', state: {}, tally: null }))
    expect(world.room()?.tallies).toEqual(tallies)
  })

  it('shows the own response and the delivery', async () => {
    const world = await inClass()
    const mine = { phase: 'saved', value: {}, saved_at: 1, submitted_at: null, is_auto: false, result: null }
    world.says(gauge('mine', 1, mine), gauge('delivery', 8, { seq: 4, n_online: 34, n_have: 31 }, ''))
    expect(world.room()?.mine).toEqual({ [QUIZ]: mine })
    expect(world.room()?.delivery).toEqual({ seq: 4, n_online: 34, n_have: 31 })
  })

  it('stays over a snapshot as long as the activity is shown, and for one audience', async () => {
    const world = await inClass()
    world.says(gauge('tally', 2, { n: 2 }), snapshot(9, aClassroom({ activities: [aQuiz()] })))
    expect(world.room()?.tallies).toEqual({ [QUIZ]: { n: 2 } })
    world.says(snapshot(10, aClassroom({ activities: [aQuiz()] }), 'staff'))
    expect(world.room()?.tallies).toEqual({})
    world.says(gauge('tally', 2, { n: 2 }), event(11, 'session.ended', { session: 'S' }))
    expect([world.room()?.tallies, world.room()?.state.activities]).toEqual([{}, []])
  })
})

describe('going and coming back', () => {
  it('resumes every stream from its position', async () => {
    const world = await inClass()
    world.breaks()
    expect(world.live.connection()).toBe('reconnecting')
    await world.passes(2_000)
    world.socket.onopen?.()
    expect(world.sent()).toEqual([
      [Tag.Hello, 'token', 'web', '1', [ask(ME, 1, 'self'), ask(ROOM, 3, 'student')], 1],
    ])
  })

  it('waits longer after each failure, at most half a minute, and starts anew after a good connection', async () => {
    const world = new World()
    world.draw = 1
    for (const wait of [4_000, 8_000, 16_000, 30_000, 30_000]) {
      const nSockets = world.sockets.length
      world.breaks()
      await world.passes(wait - 1)
      expect(world.sockets).toHaveLength(nSockets)
      await world.passes(1)
      expect(world.sockets).toHaveLength(nSockets + 1)
    }
    await world.greets()
    await world.passes(10_000)
    world.breaks()
    const nSockets = world.sockets.length
    await world.passes(4_000)
    expect(world.sockets).toHaveLength(nSockets + 1)
  })

  it('keeps the slot the server gave', async () => {
    const world = await inClass()
    world.says([Tag.Reconnect, 7_000])
    await world.passes(1_000)
    world.breaks(1012)
    await world.passes(5_999)
    expect(world.sockets).toHaveLength(1)
    await world.passes(1)
    expect(world.sockets).toHaveLength(2)
  })

  it('comes back at once when somebody looks or the network is there, unless the server named a time', async () => {
    for (const what of ['visible', 'online', 'shown'] as const) {
      const world = await inClass()
      world.breaks()
      world.page(what)
      expect(world.sockets).toHaveLength(2)
    }
    const world = await inClass()
    world.says([Tag.Fault, 'slow_down', true, '', '', 6_000])
    world.breaks(4429)
    world.page('visible')
    expect(world.sockets).toHaveLength(1)
    await world.passes(6_000)
    expect(world.sockets).toHaveLength(2)
  })

  it('says offline when the browser has no network', async () => {
    const world = await inClass()
    world.isOnline = false
    const nTold = world.nTold
    world.page('offline')
    expect([world.live.connection(), world.nTold]).toEqual(['offline', nTold + 1])
  })

  it('opens a new socket when the network is back: the old one is dead, whatever it shows', async () => {
    const world = await inClass()
    world.isOnline = false
    world.page('offline')
    world.isOnline = true
    world.page('online')
    expect([world.live.connection(), world.sockets.length, world.sockets[0]?.closedWith]).toEqual(['reconnecting', 2, 1000])
    await world.greets()
    expect(world.live.connection()).toBe('connected')
  })

  it.each([4501, 4502, 4503])('forgets the token after %i', async (code) => {
    const world = await inClass()
    world.breaks(code)
    expect([world.nTokensLost, world.live.stopped()]).toEqual([1, code])
  })

  it.each([4504, 4505])('stays away after %i without logging out', async (code) => {
    const world = await inClass()
    world.breaks(code)
    world.page('visible')
    await world.passes(600_000)
    expect([world.nTokensLost, world.live.stopped(), world.sockets.length]).toEqual([0, code, 1])
  })

  it('takes silence for a dead connection', async () => {
    const world = await inClass()
    world.says([Tag.Ping, SERVER_TIME, {}])
    await world.passes(34_999)
    expect(world.socket.closedWith).toBeNull()
    await world.passes(1)
    expect(world.socket.closedWith).toBe(1000)
    expect(world.live.connection()).toBe('reconnecting')
  })

  it('asks a connection that was silent whether it lives when somebody looks', async () => {
    const world = await inClass()
    await world.passes(20_000)
    world.page('visible')
    expect(world.sent()).toEqual([ask(ME, 1, 'self')])
    await world.passes(5_000)
    expect(world.socket.closedWith).toBe(1000)
  })

  it('does not trust a connection, nor the time, after the device slept', async () => {
    const world = await inClass()
    world.sleeps(3_600_000)
    world.page('visible')
    expect([world.sockets[0]?.closedWith, world.sockets.length]).toEqual([1000, 2])
  })

  it('closes the socket when the page is put away, and opens it when the page is shown', async () => {
    const world = await inClass()
    world.page('put_away')
    expect(world.socket.closedWith).toBe(1000)
    await world.passes(60_000)
    expect(world.sockets).toHaveLength(1)
    world.page('shown')
    expect(world.sockets).toHaveLength(2)
  })

  it('does not hear a socket that was given up', async () => {
    const world = await inClass()
    const old = world.socket
    world.page('put_away')
    world.page('shown')
    old.onclose?.({ code: 4502 })
    old.onmessage?.({ data: new ArrayBuffer(0) })
    expect([world.live.stopped(), world.nTokensLost]).toEqual([null, 0])
  })

  it('gives up a socket that does not open', async () => {
    const world = new World()
    await world.passes(10_000)
    expect(world.socket.closedWith).toBe(1000)
  })

  it('ends when it is closed: nothing more is sent, and who waits hears it', async () => {
    const world = await inClass()
    const result = world.live.command('session.start', ROOM).catch((thrown: unknown) => thrown)
    world.live.close()
    expect(await result).toMatchObject({ code: 'unreachable' })
    await expect(world.live.command('session.start', ROOM)).rejects.toMatchObject({ code: 'unreachable' })
    world.breaks()
    world.page('visible')
    await world.passes(60_000)
    expect([world.socket.closedWith, world.sockets.length]).toEqual([1000, 1])
  })
})

describe('time', () => {
  it('is the server’s', async () => {
    const world = new World()
    expect(world.live.serverNow()).toBe(Date.now())
    world.socket.onopen?.()
    await world.passes(200)
    world.says(welcome())
    expect(world.live.serverNow()).toBe(SERVER_TIME + 100)
    await world.passes(5_000)
    expect(world.live.serverNow()).toBe(SERVER_TIME + 5_100)
  })

  it('is not moved by a heartbeat that was held back', async () => {
    const world = new World()
    await world.greets()
    await world.passes(28_000)
    world.says([Tag.Ping, SERVER_TIME + 25_000, {}])
    expect(world.live.serverNow()).toBe(SERVER_TIME + 28_000)
  })
})
