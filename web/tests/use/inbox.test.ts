import { afterEach, describe, expect, test, vi } from 'vitest'
import { createApp, nextTick, shallowRef, type App } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { InboxItem } from '@/client/generated/messages'
import type { Live } from '@/client/live'
import { DEVICE, type DeviceHandle } from '@/use/device'
import { follow, placeOf, topUp, useInbox, type InboxHandle } from '@/use/inbox'
import { LIVE } from '@/use/live'

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

describe('R57: whatever comes is in the list', () => {
  let app: App | undefined
  afterEach(() => app?.unmount())

  /** A server whose pages come when they are let go, holding what there was when they were asked for. */
  function anInbox() {
    let newest: InboxItem[] = []
    let heard = (): void => undefined
    const asked: (() => void)[] = []
    const state = shallowRef({ id: 'A', inbox: { unread: {}, items: newest } })
    const live = {
      account: () => state.value,
      subscribe(listener: () => void) {
        heard = listener
        return () => undefined
      },
    } as unknown as Live
    const inbox = () => {
      const items = newest
      return new Promise((done) => asked.push(() => done({ items, next: null })))
    }
    const device = { live: shallowRef(live), api: { inbox } } as unknown as DeviceHandle
    let handle = null as unknown as InboxHandle
    app = createApp({
      setup() {
        handle = useInbox(() => null)
        return () => null
      },
    })
    app.provide(DEVICE, device).provide(LIVE, device).mount(document.createElement('div'))
    return {
      ids: () => handle.items.value?.map(({ id }) => id),
      async come(id: string) {
        newest = [anItem(id), ...newest]
        state.value = { id: 'A', inbox: { unread: {}, items: newest } }
        heard()
        await nextTick()
      },
      async letGo() {
        await vi.waitFor(() => expect(asked).not.toEqual([]))
        asked.shift()?.()
      },
    }
  }

  test('also what comes while the first page is on its way', async () => {
    const inbox = anInbox()
    await inbox.come('a')
    await inbox.letGo()
    await inbox.letGo()
    await vi.waitFor(() => expect(inbox.ids()).toEqual(['a']))
  })

  test('also what comes while the page for another one is on its way', async () => {
    const inbox = anInbox()
    await inbox.letGo()
    await vi.waitFor(() => expect(inbox.ids()).toEqual([]))
    await inbox.come('a')
    await inbox.come('b')
    await inbox.letGo()
    await inbox.letGo()
    await vi.waitFor(() => expect(inbox.ids()).toEqual(['b', 'a']))
  })
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
