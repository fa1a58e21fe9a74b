// The message centre: pages of items from the server, and what is read on any device, live.
import { computed, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import type { RouteLocationRaw, Router } from 'vue-router'
import type { Inbox, InboxItem, InboxPage, ItemKind } from '@/client/generated/messages'
import { useDevice } from '@/use/device'
import { useAccountState, useConnection, useLive } from '@/use/live'
import { useWork, type Work } from '@/use/work'

export const KINDS: readonly ItemKind[] = ['course_announcement', 'courseware_update', 'platform_push', 'reply', 'comment', 'account']

export interface InboxHandle {
  /** null until the first page is there. */
  items: Readonly<ShallowRef<readonly InboxItem[] | null>>
  hasMore: Readonly<Ref<boolean>>
  load: Work<[], void>
  read: (item: InboxItem) => Promise<void>
  readAll: Work<[], void>
}

/** How many of each kind wait, on every device the same. */
export function useUnread(): { of: (kind: ItemKind | null) => number; total: ComputedRef<number> } {
  const account = useAccountState()
  const of = (kind: ItemKind | null): number => {
    const unread = account.value?.inbox.unread ?? {}
    return kind === null ? Object.values(unread).reduce((sum, n) => sum + n, 0) : (unread[kind] ?? 0)
  }
  return { of, total: computed(() => of(null)) }
}

/** What the live inbox says of the items of a list: those it holds, and kinds of which none waits any more. */
export function follow(items: readonly InboxItem[], { items: newest, unread }: Inbox): readonly InboxItem[] {
  const live = new Map(newest.map((each) => [each.id, each.is_read]))
  return items.map((item) => {
    const isRead = item.is_read || (live.get(item.id) ?? (unread[item.kind] ?? 0) === 0)
    return isRead === item.is_read ? item : { ...item, is_read: isRead }
  })
}

/** A newer first page on top of what is there already. */
export function topUp(items: readonly InboxItem[], page: readonly InboxItem[]): readonly InboxItem[] {
  const fresh = new Set(page.map(({ id }) => id))
  return [...page, ...items.filter(({ id }) => !fresh.has(id))]
}

export function useInbox(kind: () => ItemKind | null): InboxHandle {
  const { api } = useDevice()
  const live = useLive()
  const account = useAccountState()
  const items = shallowRef<readonly InboxItem[] | null>(null)
  const hasMore = ref(false)
  let next: string | null = null

  function show(shown: readonly InboxItem[]): void {
    items.value = account.value ? follow(shown, account.value.inbox) : shown
  }

  /** `null`: another kind was chosen meanwhile, and the page is of no use. */
  async function ask(after: string | null): Promise<InboxPage | null> {
    const asked = kind()
    const page = await api.inbox(asked, after)
    return asked === kind() ? page : null
  }

  const load = useWork(async () => {
    for (;;) {
      const page = await ask(next)
      if (!page) continue
      next = page.next
      hasMore.value = next !== null
      show([...(items.value ?? []), ...page.items])
      void refresh.run()
      return
    }
  })

  /** The newest item that the stream tells of and the list has not. The stream carries only the beginning of a text. */
  function missing(): string | undefined {
    const newest = account.value?.inbox.items.find((each) => kind() === null || each.kind === kind())
    return items.value && newest && !items.value.some(({ id }) => id === newest.id) ? newest.id : undefined
  }

  // Another one may come while a page is on its way, which was read before it.
  const refresh = useWork(async () => {
    let sought: string | undefined
    for (let id = missing(); id !== undefined && id !== sought; id = missing()) {
      const page = await ask(null)
      if (!page) continue
      sought = id
      if (items.value) show(topUp(items.value, page.items))
    }
  })

  watch(
    kind,
    () => {
      items.value = null
      next = null
      void load.run()
    },
    { immediate: true },
  )
  watch(
    () => account.value?.inbox,
    (inbox) => {
      if (!inbox || !items.value) return
      show(items.value)
      void refresh.run()
    },
  )
  // A page that was lost with the network is asked for once that is back.
  watch(useConnection(), (now) => {
    if (now === 'connected') void refresh.run()
  })

  async function read(item: InboxItem): Promise<void> {
    if (!item.is_read && account.value) await live.command('inbox.read', account.value.id, { items: [item.id] })
  }
  const readAll = useWork(async () => {
    if (account.value) await live.command('inbox.read_all', account.value.id, { kind: kind() })
  })

  return { items, hasMore, load, read, readAll }
}

/** The page that shows what an item is about; null where this app has none. */
export function placeOf({ source }: InboxItem, router: Router): RouteLocationRaw | null {
  if (!source) return null
  const course = source.course ?? source.id
  const paths: Record<typeof source.kind, string> = {
    school: `/schools/${source.id}`,
    course: `/courses/${course}`,
    run: `/runs/${source.id}`,
    announcement: source.run === null ? `/courses/${course}` : `/runs/${source.run}?part=announcements`,
    unit: `/study/units/${source.id}`,
    topic: `/topics/${source.id}`,
    assessment: `/study/assessments/${source.id}`,
    account: '/account',
  }
  const path = paths[source.kind]
  const isOurs = router.resolve(path).matched.every((route) => route.path !== '/:rest(.*)*')
  return isOurs ? path : null
}
