// The socket's views as Vue state.
import {
  computed,
  inject,
  onScopeDispose,
  shallowRef,
  toValue,
  watchEffect,
  type ComputedRef,
  type InjectionKey,
  type MaybeRefOrGetter,
  type ShallowRef,
} from 'vue'
import type { ClassroomView, ConnectionState, FollowOptions, Live, Lost } from '@/client/live'
import type { AccountState } from '@/client/wire'

export interface LiveHandle {
  /** null while nobody is logged in. */
  readonly live: Readonly<ShallowRef<Live | null>>
}

export const LIVE: InjectionKey<LiveHandle> = Symbol('live')

function useLiveHandle(): LiveHandle {
  const handle = inject(LIVE)
  if (!handle) throw new Error('live views need an app that provides LIVE')
  return handle
}

/** The socket itself, for commands. Pages behind the log-in guard always have one. */
export function useLive(): Live {
  const live = useLiveHandle().live.value
  if (!live) throw new Error('this page is for people who are logged in')
  return live
}

/** Re-reads a slice after every change; Vue renders again only when its identity changed. */
function useSlice<Slice>(read: (live: Live) => Slice, whenOut: Slice): Readonly<ShallowRef<Slice>> {
  const { live } = useLiveHandle()
  const slice = shallowRef(whenOut) as ShallowRef<Slice>
  watchEffect((onCleanup) => {
    const current = live.value
    if (!current) {
      slice.value = whenOut
      return
    }
    const refresh = (): void => {
      slice.value = read(current)
    }
    refresh()
    onCleanup(current.subscribe(refresh))
  })
  return slice
}

export function useConnection(): Readonly<ShallowRef<ConnectionState>> {
  return useSlice<ConnectionState>((live) => live.connection(), 'connecting')
}

/** The close code with which the server said to stay away, or null. */
export function useStopped(): Readonly<ShallowRef<number | null>> {
  return useSlice<number | null>((live) => live.stopped(), null)
}

export function useAccountState(): Readonly<ShallowRef<AccountState | null>> {
  return useSlice<AccountState | null>((live) => live.account(), null)
}

export interface ClassroomHandle {
  view: Readonly<ShallowRef<ClassroomView | null>>
  lost: Readonly<ShallowRef<Lost | null>>
  isStaff: ComputedRef<boolean>
}

/** Follows a classroom as long as the component lives. */
export function useClassroom(id: MaybeRefOrGetter<string>, options: FollowOptions = {}): ClassroomHandle {
  const { live } = useLiveHandle()
  watchEffect((onCleanup) => {
    if (live.value) onCleanup(live.value.follow(toValue(id), options))
  })
  const view = useSlice((current) => current.classroom(toValue(id)), null)
  const lost = useSlice((current) => current.lost(toValue(id)), null)
  return { view, lost, isStaff: computed(() => view.value?.audience === 'staff') }
}

/** Every classroom of a list at once, for instance the cards of the list page. */
export function useClassrooms(ids: () => readonly string[]): Readonly<ShallowRef<ReadonlyMap<string, ClassroomView>>> {
  const { live } = useLiveHandle()
  const key = computed(() => ids().join(' '))
  watchEffect((onCleanup) => {
    const current = live.value
    if (!current) return
    const releases = key.value.split(' ').filter(Boolean).map((id) => current.follow(id))
    onCleanup(() => releases.forEach((release) => release()))
  })
  let last: ReadonlyMap<string, ClassroomView> = new Map()
  return useSlice((current) => {
    const views = ids().flatMap((id) => {
      const view = current.classroom(id)
      return view ? [[id, view] as const] : []
    })
    const isSame = views.length === last.size && views.every(([id, view]) => last.get(id) === view)
    if (!isSame) last = new Map(views)
    return last
  }, last)
}

/** Server time, moving once per `everyMs`; stands still while the page is hidden. */
export function useNow(everyMs = 1000): Readonly<ShallowRef<number>> {
  const { live } = useLiveHandle()
  const read = (): number => live.value?.serverNow() ?? Date.now()
  const now = shallowRef(read())
  const tick = (): void => {
    if (!document.hidden) now.value = read()
  }
  const timer = setInterval(tick, everyMs)
  document.addEventListener('visibilitychange', tick)
  onScopeDispose(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', tick)
  })
  return now
}
