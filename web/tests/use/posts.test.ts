import { createApp, shallowRef } from 'vue'
import { describe, expect, test } from 'vitest'
import type { Activity, Post } from '@/client/wire'
import { DEVICE, type DeviceHandle } from '@/use/device'
import { unbroken, usePosts } from '@/use/posts'

function aPost(number: number, more: Partial<Post> = {}): Post {
  return {
    id: `post${number}`,
    number,
    author: 'a',
    author_name: '李明',
    is_staff: false,
    at: number,
    text: `${number}`,
    reply_to: null,
    removed_by: null,
    ...more,
  }
}

const from = (first: number, last: number): Post[] => Array.from({ length: last - first + 1 }, (_, index) => aPost(first + index))
const numbers = (posts: readonly Post[]): number[] => posts.map(({ number }) => number)

function aDiscussion(posts: Post[]): Activity {
  return {
    id: 'd',
    kind: 'discussion',
    title: '话题',
    config: {},
    phase: 'published',
    state: {},
    published_at: 0,
    deadline_at: null,
    closed_at: null,
    n_posts: posts.at(-1)?.number ?? 0,
    posts,
    tally: null,
  }
}

/** What a component sees of a discussion whose earlier pages the server has. */
function aReader(posts: Post[], earlier: (before: number) => Post[] = () => []) {
  const activity = shallowRef(aDiscussion(posts))
  const app = createApp({})
  const api = { posts: async (_: string, before: number) => ({ activity: 'd', posts: earlier(before), has_more: false }) }
  app.provide(DEVICE, { api } as unknown as DeviceHandle)
  return { activity, ...app.runWithContext(() => usePosts(() => activity.value)) }
}

describe('the posts without a hole', () => {
  test.each([
    [[], []],
    [[3], [3]],
    [[1, 2, 3], [1, 2, 3]],
    [[3, 1, 2], [1, 2, 3]],
    [[1, 2, 3, 7, 8], [7, 8]],
    [[1, 3], [3]],
  ])('of %j are %j', (given, shown) => {
    expect(numbers(unbroken(given.map((number) => aPost(number))))).toEqual(shown)
  })
})

describe('the posts of a discussion', () => {
  test('keep what falls out of the last hundred', () => {
    const reader = aReader(from(1, 3))
    reader.activity.value = aDiscussion(from(2, 4))
    expect(numbers(reader.posts.value)).toEqual([1, 2, 3, 4])
  })

  test('never show a hole after a long absence', () => {
    const reader = aReader(from(1, 3))
    reader.activity.value = aDiscussion(from(9, 10))
    expect([numbers(reader.posts.value), reader.hasEarlier.value]).toEqual([[9, 10], true])
  })

  test('page back until the first', async () => {
    const reader = aReader(from(5, 6), (before) => from(Math.max(1, before - 2), before - 1))
    await reader.earlier.run()
    expect([numbers(reader.posts.value), reader.hasEarlier.value]).toEqual([[3, 4, 5, 6], true])
    await reader.earlier.run()
    expect([numbers(reader.posts.value), reader.hasEarlier.value]).toEqual([[1, 2, 3, 4, 5, 6], false])
  })

  test('lose a removed text at once', () => {
    const reader = aReader(from(1, 2))
    reader.activity.value = aDiscussion([aPost(1, { text: null, removed_by: 'staff' }), aPost(2)])
    expect(reader.posts.value[0]).toEqual(aPost(1, { text: null, removed_by: 'staff' }))
  })

  test('are named anew in earlier pages too, when their author is (D15)', async () => {
    const reader = aReader([aPost(3), aPost(4, { author: 'b', author_name: '王芳' })], () => from(1, 2))
    await reader.earlier.run()
    reader.activity.value = aDiscussion([aPost(3, { author_name: '已注销用户' }), aPost(4, { author: 'b', author_name: '王芳' })])
    expect(reader.posts.value.map(({ author_name }) => author_name)).toEqual(['已注销用户', '已注销用户', '已注销用户', '王芳'])
  })

  test('lose an earlier text that we removed ourselves', async () => {
    const reader = aReader(from(3, 3), () => from(1, 2))
    await reader.earlier.run()
    reader.forget('post1', 'author')
    expect(reader.posts.value[0]).toEqual(aPost(1, { text: null, removed_by: 'author' }))
  })
})
