// A short-lived link to a file of the classroom, for an <img> or an <a>.
import { onScopeDispose, shallowRef, toValue, watch, type MaybeRefOrGetter, type ShallowRef } from 'vue'
import type { Refusal } from '@/client/refusal'
import { useDevice } from '@/use/device'
import { useWork } from '@/use/work'

// A link that is tapped must still hold when the browser asks.
const EARLY_MS = 60_000

export interface FileLinkHandle {
  /** null: no file, or not there yet. */
  url: Readonly<ShallowRef<string | null>>
  refusal: Readonly<ShallowRef<Refusal | null>>
  load: () => void
}

/** `staysFresh`: made anew before it ends, for links that are opened later. */
export function useFileLink(file: MaybeRefOrGetter<string | null>, staysFresh = false): FileLinkHandle {
  const { api } = useDevice()
  const url = shallowRef<string | null>(null)
  let endsAt = 0
  const work = useWork(async (id: string) => {
    const link = await api.fileLink(id)
    // Same server, whatever name this page was opened by.
    const { pathname, search } = new URL(link.url, location.href)
    url.value = pathname + search
    endsAt = link.expires_at
  })

  function load(): void {
    const id = toValue(file)
    if (id !== null) void work.run(id)
  }

  watch(
    () => toValue(file),
    () => {
      url.value = null
      load()
    },
    { immediate: true },
  )

  if (staysFresh) {
    const renew = (): void => {
      if (!document.hidden && url.value !== null && Date.now() > endsAt - EARLY_MS) load()
    }
    const timer = setInterval(renew, 10_000)
    document.addEventListener('visibilitychange', renew)
    onScopeDispose(() => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', renew)
    })
  }

  return { url, refusal: work.refusal, load }
}
