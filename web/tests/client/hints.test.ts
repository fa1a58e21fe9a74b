// What travels beside the diary: hints of others, one's own, and a newer token.
import { Tag } from '@/client/generated/messages'
import type { Heard } from '@/client/live'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { OTHER, QUIZ, ROOM, World } from './world'

afterEach(() => vi.useRealTimers())

async function inClass(): Promise<World> {
  const world = new World()
  await world.isInClass()
  return world
}

describe('a hint', () => {
  it('goes out at once to a stream one follows', async () => {
    const world = await inClass()
    world.live.hint(ROOM, 'typing', { activity: QUIZ })
    expect(world.sent()).toEqual([[Tag.Hint, ROOM, 'typing', { activity: QUIZ }]])
  })

  it('is dropped without a connection, or where one does not follow', async () => {
    const world = await inClass()
    world.live.hint(OTHER, 'typing')
    expect(world.sent()).toEqual([])
    world.breaks()
    world.live.hint(ROOM, 'typing')
    world.page('online')
    await world.greets()
    expect(world.sent().some(([tag]) => tag === Tag.Hint)).toBe(false)
  })

  it('of somebody else is heard by those who listen, as long as they do', async () => {
    const world = await inClass()
    const heard: Heard[] = []
    const unhear = world.live.hear((each) => heard.push(each))
    world.says([Tag.Signal, ROOM, 'typing', OTHER, { activity: QUIZ }])
    unhear()
    world.says([Tag.Signal, ROOM, 'typing', OTHER, { activity: QUIZ }])
    expect(heard).toEqual([{ stream: ROOM, name: 'typing', account: OTHER, body: { activity: QUIZ } }])
  })
})

describe('a newer token', () => {
  it('is told on the connection, which goes on', async () => {
    const world = await inClass()
    world.live.refresh('newer')
    expect([world.sent(), world.sockets.length, world.live.connection()]).toEqual([[[Tag.Refresh, 'newer']], 1, 'connected'])
  })

  it('is the one a later connection says hello with', async () => {
    const world = await inClass()
    world.breaks()
    world.live.refresh('newer')
    world.page('online')
    world.socket.onopen?.()
    expect(world.sent()[0]?.slice(0, 2)).toEqual([Tag.Hello, 'newer'])
  })
})
