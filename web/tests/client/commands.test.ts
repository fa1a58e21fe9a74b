// A command is answered once, however many connections and reloads away.
import { MESSAGE_BYTES, Tag } from '@/client/generated/messages'
import { MOMENT_MS } from '@/client/outbox'
import { Refusal } from '@/client/refusal'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { memoryWishes, QUIZ, refused, ROOM, World } from './world'

afterEach(() => vi.useRealTimers())

async function inClass(): Promise<World> {
  const world = new World()
  await world.isInClass()
  return world
}

describe('commands', () => {
  it('resolves with the result after the server said done', async () => {
    const world = await inClass()
    const result = world.live.command('session.start', ROOM)
    expect(world.sent()).toEqual([[Tag.Command, 'command-1', 'session.start', ROOM, {}]])
    expect([...world.wishes.kept.keys()]).toEqual(['command-1'])
    world.says([Tag.Done, 'command-1', { session: 'S' }, 4])
    await expect(result).resolves.toEqual({ session: 'S' })
    expect(world.wishes.kept.size).toBe(0)
  })

  it('rejects with the refusal in both languages', async () => {
    const world = await inClass()
    const result = world.live.command('session.start', ROOM)
    world.says(refused('command-1', 'already_in_session', 500))
    const refusal = await result.catch((thrown: unknown) => thrown)
    expect(refusal).toBeInstanceOf(Refusal)
    expect(refusal).toMatchObject({ code: 'already_in_session', said: { zh: '中文', en: 'English' }, retry: true })
  })

  it('sends what was not answered again with the same id after a reconnect, and what was wished meanwhile', async () => {
    const world = await inClass()
    const results = [world.live.command('response.submit', ROOM, { activity: QUIZ })]
    world.sent()
    world.breaks()
    results.push(world.live.command('activity.post', ROOM, { text: '好' }))
    world.page('online')
    await world.greets()
    expect(world.sent().filter(([tag]) => tag === Tag.Command)).toEqual([
      [Tag.Command, 'command-1', 'response.submit', ROOM, { activity: QUIZ }],
      [Tag.Command, 'command-2', 'activity.post', ROOM, { text: '好' }],
    ])
    world.says([Tag.Done, 'command-1', null, null], [Tag.Done, 'command-2', null, 4])
    await expect(Promise.all(results)).resolves.toEqual([null, null])
  })

  it('sends after a reload what the last run left, before what this one wishes', async () => {
    const left = { id: 'left', op: 'response.submit', stream: ROOM, body: { activity: QUIZ }, madeAt: 1_699_999_999_000 }
    const world = new World({ wishes: memoryWishes([left]) })
    void world.live.command('activity.post', ROOM, { text: '好' }).catch(() => undefined)
    await world.greets()
    const ids = world.sent().flatMap((envelope) => (envelope[0] === Tag.Command ? [envelope[1]] : []))
    expect(ids).toEqual(['left', 'command-1'])
    world.says([Tag.Done, 'left', null, null])
    expect([...world.wishes.kept.keys()]).toEqual(['command-1'])
  })

  it('settles saves that a newer one made needless with its answer', async () => {
    const world = await inClass()
    world.breaks()
    const results = [1, 2].map((value) => world.live.command('response.save', ROOM, { activity: QUIZ, value }))
    expect([...world.wishes.kept.keys()]).toEqual(['command-2'])
    world.page('visible')
    await world.greets()
    expect(world.sent().filter(([tag]) => tag === Tag.Command)).toHaveLength(1)
    world.says([Tag.Done, 'command-2', null, null])
    await expect(Promise.all(results)).resolves.toEqual([null, null])
  })

  it('tries again by itself when the server asked to slow down', async () => {
    const world = await inClass()
    const result = world.live.command('session.start', ROOM)
    world.says(refused('command-1', 'slow_down', 800))
    await world.passes(800)
    expect(world.sent().filter(([tag]) => tag === Tag.Command)).toHaveLength(2)
    world.says([Tag.Done, 'command-1', null, 4])
    await expect(result).resolves.toBeNull()
  })

  it('gives up a wish of the moment when there is no network, but never an answer', async () => {
    const world = await inClass()
    world.breaks()
    const wish = world.live.command('session.start', ROOM).catch((thrown: unknown) => thrown)
    void world.live.command('response.submit', ROOM, { activity: QUIZ }).catch(() => undefined)
    await world.passes(MOMENT_MS)
    expect(await wish).toMatchObject({ code: 'unreachable' })
    expect([...world.wishes.kept.keys()]).toEqual(['command-2'])
  })

  it('sends what is too long for the socket over REST, and again when no answer came', async () => {
    const answers = [null, [Tag.Done, 'command-1', { activity: QUIZ }, 9] as const]
    const post = vi.fn(() => Promise.resolve(answers.shift() ?? null))
    const world = new World({ post })
    await world.isInClass()
    const result = world.live.command('activity.draft', ROOM, { text: 'x'.repeat(MESSAGE_BYTES) })
    expect(world.sent()).toEqual([])
    await world.passes(0)
    expect(post).toHaveBeenCalledTimes(1)
    await world.passes(3_000)
    await expect(result).resolves.toEqual({ activity: QUIZ })
    expect(post).toHaveBeenCalledTimes(2)
  })
})
