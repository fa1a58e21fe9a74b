// Who is logged in on this device, and the REST layer, for pages.
import { inject, shallowRef, type InjectionKey, type ShallowRef } from 'vue'
import { createApi, type Api } from '@/client/api'
import { connect } from '@/client/connect'
import { deviceLabel, DeviceStore, type DeviceMemory } from '@/client/device'
import type { Live } from '@/client/live'
import type { LoggedIn } from '@/client/wire'
import type { LiveHandle } from '@/use/live'

export interface DeviceHandle extends LiveHandle {
  readonly api: Api
  readonly memory: Readonly<ShallowRef<DeviceMemory | null>>
  enter(loggedIn: LoggedIn): void
  /** Tells the server, if it can be reached, and forgets the token in any case. */
  leave(): Promise<void>
  /** The name shown everywhere changed. */
  rename(name: string): Promise<void>
}

export const DEVICE: InjectionKey<DeviceHandle> = Symbol('device')

export function createDevice(storage: Storage): DeviceHandle {
  const store = new DeviceStore(storage)
  const memory = shallowRef(store.memory)
  const live = shallowRef<Live | null>(store.token === null ? null : connect(store))
  const api = createApi({
    token: () => store.token,
    client: { client_kind: 'web', client_version: __CLIENT_VERSION__, label: deviceLabel(navigator.userAgent) },
    deviceKey: () => store.deviceKey,
    nonce: () => store.nonce,
    // An answer to the old token must not end a log-in that came after it.
    onTokenLost: (token) => {
      if (store.token === token) store.forget()
    },
  })
  store.listen(window)
  store.subscribe(() => {
    const before = memory.value
    memory.value = store.memory
    if (store.token === (before?.token ?? null)) return
    if (store.token !== null && store.memory?.device === before?.device) {
      live.value?.refresh(store.token)
      return
    }
    live.value?.close()
    live.value = store.token === null ? null : connect(store)
  })
  return {
    api,
    memory,
    live,
    enter: (loggedIn) => store.remember(loggedIn),
    async leave() {
      // The request takes the token with it. If it is lost, the token stays good on the server until it expires
      // or is removed from another device.
      const told = api.logOut()
      store.forget()
      await told.catch(() => undefined)
    },
    async rename(name) {
      store.rename(await api.rename(name))
    },
  }
}

export function useDevice(): DeviceHandle {
  const device = inject(DEVICE)
  if (!device) throw new Error('useDevice needs an app that provides DEVICE')
  return device
}
