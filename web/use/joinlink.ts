// Where a phone joins a classroom: at the server's public URL, or where this page itself was opened.
import { computed, shallowRef, toValue, type ComputedRef, type MaybeRefOrGetter, type ShallowRef } from 'vue'
import type { Api } from '@/client/api'
import { joinLink } from '@/client/classcode'
import { useDevice } from '@/use/device'

const LOOPBACK = /^(localhost|(.*\.)?localhost|127(\.\d+){3}|\[::1\]|0\.0\.0\.0|\[::\])$/

/** Whether only the machine itself can open the address. */
export function isLocal(url: string): boolean {
  return LOOPBACK.test(new URL(url).hostname)
}

/** What the operator named is right for everybody; a server that was told nothing only knows its own machine. */
export function phoneOrigin(publicUrl: string | null, here: string): string {
  return publicUrl === null || isLocal(publicUrl) ? here : publicUrl.replace(/\/+$/, '')
}

// It does not change while a page lives. Asked for anew only after a failure.
const known = new WeakMap<Api, ShallowRef<string | null>>()

function publicUrl(api: Api): ShallowRef<string | null> {
  const found = known.get(api)
  if (found) return found
  const url = shallowRef<string | null>(null)
  known.set(api, url)
  void api.info().then(
    (info) => (url.value = info.public_url),
    () => known.delete(api),
  )
  return url
}

export interface JoinLinkHandle {
  /** Empty without a code. */
  link: ComputedRef<string>
  /** To be typed in a browser. */
  host: ComputedRef<string>
  /** Phones cannot open it. */
  isLocal: ComputedRef<boolean>
}

export function useJoinLink(code: MaybeRefOrGetter<string | null>): JoinLinkHandle {
  const { api } = useDevice()
  const url = publicUrl(api)
  const origin = computed(() => phoneOrigin(url.value, location.origin))
  return {
    link: computed(() => {
      const current = toValue(code)
      return current === null ? '' : joinLink(origin.value, current)
    }),
    host: computed(() => origin.value.replace(/^https?:\/\//, '')),
    isLocal: computed(() => isLocal(origin.value)),
  }
}
