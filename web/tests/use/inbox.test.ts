import { describe, expect, test } from 'vitest'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { InboxItem } from '@/client/generated/messages'
import { follow, placeOf, topUp } from '@/use/inbox'

function anItem(id: string, more: Partial<InboxItem> = {}): InboxItem {
  return { id, kind: 'reply', title: id, text: '', source: null, at: 0, is_read: false, ...more }
}

describe('R57: the list follows what is read on any device', () => {
  test('an item the stream shows read is read, another is not', () => {
    const live = { unread: { reply: 1 }, items: [anItem('a', { is_read: true }), anItem('b')] }
    const followed = follow([anItem('a'), anItem('b'), anItem('older')], live)
    expect(followed.map(({ is_read }) => is_read)).toEqual([true, false, false])
  })

  test('where none of a kind waits, every item of it is read, however old', () => {
    const followed = follow([anItem('old'), anItem('other', { kind: 'comment' })], { unread: { comment: 1 }, items: [] })
    expect(followed.map(({ is_read }) => is_read)).toEqual([true, false])
  })

  test('what is read stays read, and what does not change stays the same object', () => {
    const read = anItem('a', { is_read: true })
    expect(follow([read], { unread: { reply: 1 }, items: [anItem('a')] })[0]).toBe(read)
  })
})

test('a newer first page goes on top, without anything twice', () => {
  expect(topUp([anItem('b'), anItem('a')], [anItem('c'), anItem('b')]).map(({ id }) => id)).toEqual(['c', 'b', 'a'])
})

describe('R57: an item opens its source', () => {
  const page = { render: () => null }
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/study/units/:unit', component: page },
      { path: '/:rest(.*)*', component: page },
    ],
  })

  test('where the app has a page for it', () => {
    const source = { kind: 'unit', id: 'U', course: null, run: null } as const
    expect(placeOf(anItem('a', { source }), router)).toBe('/study/units/U')
  })

  test('and nothing where it has none', () => {
    const source = { kind: 'school', id: 'S', course: null, run: null } as const
    expect(placeOf(anItem('a', { source }), router)).toBeNull()
    expect(placeOf(anItem('a'), router)).toBeNull()
  })
})
