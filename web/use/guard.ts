// Who may see which page: the log-in comes first, and then the page that was asked for.
import { watch } from 'vue'
import type { RouteLocationNormalized, Router } from 'vue-router'
import type { DeviceHandle } from '@/use/device'

declare module 'vue-router' {
  interface RouteMeta {
    /** Can be seen without being logged in. */
    isOpen?: boolean
  }
}

const HOME = '/classrooms'

export function guardLogIn(router: Router, device: Pick<DeviceHandle, 'memory'>): void {
  router.beforeEach((to) => {
    if (to.meta.isOpen === true || device.memory.value) return true
    return { path: '/login', query: to.fullPath === HOME ? {} : { next: to.fullPath } }
  })
  // Logged out elsewhere: from another tab or device, or because the token has expired.
  watch(device.memory, (memory) => {
    const here = router.currentRoute.value
    if (!memory && here.meta.isOpen !== true) void router.replace({ path: '/login', query: { next: here.fullPath, lost: '1' } })
  })
}

/** Where to go after logging in: the page first asked for, if it is one of ours. */
export function nextPath(route: Pick<RouteLocationNormalized, 'query'>): string {
  const { next } = route.query
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : HOME
}
