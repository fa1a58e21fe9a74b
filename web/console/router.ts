import { createRouter, createWebHistory, type RouteLocationNormalized, type Router } from 'vue-router'
import type { DeviceHandle } from '@/use/device'

declare module 'vue-router' {
  interface RouteMeta {
    isOpen?: boolean
    /** The bare page, without the navigation at the left. */
    isBare?: boolean
  }
}

export function createConsoleRouter(device: DeviceHandle): Router {
  const router = createRouter({
    history: createWebHistory('/console/'),
    routes: [
      { path: '/', redirect: '/classrooms' },
      { path: '/login', component: () => import('@/console/pages/LogIn.vue'), meta: { isOpen: true, isBare: true } },
      { path: '/classrooms', component: () => import('@/console/pages/Classrooms.vue') },
      { path: '/classrooms/:classroom', component: () => import('@/console/pages/Workspace.vue'), props: true },
      {
        path: '/projector/:classroom',
        component: () => import('@/console/pages/Projector.vue'),
        props: true,
        meta: { isBare: true },
      },
      { path: '/:rest(.*)*', redirect: '/classrooms' },
    ],
  })
  router.beforeEach((to) => {
    if (to.meta.isOpen === true || device.memory.value) return true
    return { path: '/login', query: to.fullPath === '/classrooms' ? {} : { next: to.fullPath } }
  })
  return router
}

/** Where to go after logging in: the page first asked for, if it is one of ours. */
export function nextPath(route: RouteLocationNormalized): string {
  const { next } = route.query
  return typeof next === 'string' && /^\/(?!\/)/.test(next) ? next : '/classrooms'
}
