// Which activities this person has opened, or put aside, on this device; so a prompt comes once.
import { shallowRef, type InjectionKey, type ShallowRef } from 'vue'

export interface Seen {
  readonly ids: Readonly<ShallowRef<ReadonlySet<string>>>
  add(id: string): void
}

export const SEEN: InjectionKey<Seen> = Symbol('seen')

const KEY = 'shangke.seen'
const KEPT = 200

export function createSeen(storage: Storage): Seen {
  const ids = shallowRef<ReadonlySet<string>>(new Set((storage.getItem(KEY) ?? '').split(' ').filter(Boolean)))
  return {
    ids,
    add(id) {
      if (ids.value.has(id)) return
      ids.value = new Set([...ids.value, id].slice(-KEPT))
      storage.setItem(KEY, [...ids.value].join(' '))
    },
  }
}
