import { createRouter, createWebHistory, type Router } from 'vue-router'
import type { DeviceHandle } from '@/use/device'
import { guardLogIn } from '@/use/guard'

declare module 'vue-router' {
  interface RouteMeta {
    /** Shows the bar with 课堂 and 账号. */
    hasTabs?: boolean
  }
}

export function createPhoneRouter(device: DeviceHandle): Router {
  const router = createRouter({
    history: createWebHistory('/'),
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
    routes: [
      { path: '/', redirect: '/classrooms' },
      { path: '/login', component: () => import('@/phone/pages/LogIn.vue'), meta: { isOpen: true } },
      { path: '/reset', component: () => import('@/phone/pages/Reset.vue'), meta: { isOpen: true } },
      { path: '/register', component: () => import('@/phone/pages/Register.vue'), meta: { isOpen: true } },
      { path: '/classrooms', component: () => import('@/phone/pages/Classrooms.vue'), meta: { hasTabs: true } },
      { path: '/courses', component: () => import('@/phone/pages/courses/Catalogue.vue'), meta: { hasTabs: true } },
      { path: '/courses/:course', component: () => import('@/phone/pages/courses/Course.vue'), props: true },
      { path: '/my-courses', component: () => import('@/phone/pages/courses/MyCourses.vue') },
      { path: '/runs/:run', component: () => import('@/phone/pages/courses/Run.vue'), props: true },
      { path: '/topics/:topic', component: () => import('@/phone/pages/courses/Topic.vue'), props: true },
      { path: '/schools/:school', component: () => import('@/phone/pages/courses/SchoolHome.vue'), props: true },
      { path: '/join/:code?', component: () => import('@/phone/pages/Join.vue'), props: true },
      { path: '/scan', component: () => import('@/phone/pages/Scan.vue') },
      { path: '/classrooms/:classroom', component: () => import('@/phone/pages/Classroom.vue'), props: true },
      {
        path: '/classrooms/:classroom/activities/:activity',
        component: () => import('@/phone/pages/Activity.vue'),
        props: true,
      },
      {
        path: '/classrooms/:classroom/records/:session',
        component: () => import('@/phone/pages/Record.vue'),
        props: true,
      },
      {
        path: '/classrooms/:classroom/records/:session/:activity',
        component: () => import('@/phone/pages/RecordedActivity.vue'),
        props: true,
      },
      { path: '/study/units/:unit', component: () => import('@/phone/pages/study/Unit.vue'), props: true },
      { path: '/study/offline', component: () => import('@/phone/pages/study/Offline.vue') },
      { path: '/study/runs/:run/assessments', component: () => import('@/phone/pages/study/Assessments.vue'), props: true },
      { path: '/study/assessments/:assessment', component: () => import('@/phone/pages/study/Assessment.vue'), props: true },
      { path: '/study/attempts/:attempt', component: () => import('@/phone/pages/study/Attempt.vue'), props: true },
      { path: '/inbox', component: () => import('@/phone/pages/Inbox.vue') },
      { path: '/account', component: () => import('@/phone/pages/Account.vue'), meta: { hasTabs: true } },
      { path: '/account/settings', component: () => import('@/phone/pages/people/Settings.vue') },
      { path: '/account/profile', component: () => import('@/phone/pages/people/Profile.vue') },
      { path: '/people/:account', component: () => import('@/phone/pages/people/Page.vue'), props: true },
      { path: '/oauth', component: () => import('@/phone/pages/people/OAuth.vue'), meta: { isOpen: true } },
      { path: '/account/school-cloud', component: () => import('@/phone/pages/schools/SchoolCloud.vue') },
      { path: '/account/devices', component: () => import('@/phone/pages/Devices.vue') },
      { path: '/:rest(.*)*', component: () => import('@/phone/pages/NotFound.vue'), meta: { isOpen: true } },
    ],
  })
  guardLogIn(router, device)
  return router
}
