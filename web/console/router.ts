import { createRouter, createWebHistory, type Router } from 'vue-router'
import type { DeviceHandle } from '@/use/device'
import { guardLogIn } from '@/use/guard'

declare module 'vue-router' {
  interface RouteMeta {
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
      { path: '/classrooms/:classroom/records', component: () => import('@/console/pages/Records.vue'), props: true },
      { path: '/classrooms/:classroom/records/:session', component: () => import('@/console/pages/Record.vue'), props: true },
      { path: '/courses', component: () => import('@/console/pages/courses/Taught.vue') },
      { path: '/courses/:course', component: () => import('@/console/pages/courses/Course.vue'), props: true },
      {
        path: '/runs/:run',
        component: () => import('@/console/pages/courses/Run.vue'),
        props: true,
        children: [
          { path: '', component: () => import('@/console/pages/courses/Courseware.vue'), props: true },
          { path: 'announcements', component: () => import('@/console/pages/courses/Announcements.vue'), props: true },
          { path: 'assessments', component: () => import('@/console/pages/study/Assessments.vue'), props: true },
          { path: 'grading', component: () => import('@/console/pages/courses/Grading.vue'), props: true },
          { path: 'board', component: () => import('@/console/pages/courses/Board.vue'), props: true },
          { path: 'board/:topic', component: () => import('@/console/pages/courses/Topic.vue'), props: true },
          { path: 'classrooms', component: () => import('@/console/pages/courses/Classrooms.vue'), props: true },
          { path: 'learners', component: () => import('@/console/pages/courses/Learners.vue'), props: true },
          { path: 'report', component: () => import('@/console/pages/study/Report.vue'), props: true },
        ],
      },
      { path: '/runs/:run/assessments/new', component: () => import('@/console/pages/study/NewAssessment.vue'), props: true },
      { path: '/assessments/:assessment', component: () => import('@/console/pages/study/WriteAssessment.vue'), props: true },
      { path: '/assessments/:assessment/attempts', component: () => import('@/console/pages/study/Attempts.vue'), props: true },
      { path: '/attempts/:attempt', component: () => import('@/console/pages/study/MarkAttempt.vue'), props: true },
      { path: '/schools/:school', component: () => import('@/console/pages/schools/School.vue'), props: true },
      { path: '/platform/pushes', component: () => import('@/console/pages/platform/Pushes.vue') },
      { path: '/platform/support', component: () => import('@/console/pages/platform/Support.vue') },
      { path: '/platform/clients', component: () => import('@/console/pages/platform/Clients.vue') },
      {
        path: '/projector/:classroom',
        component: () => import('@/console/pages/Projector.vue'),
        props: true,
        meta: { isBare: true },
      },
      { path: '/:rest(.*)*', redirect: '/classrooms' },
    ],
  })
  guardLogIn(router, device)
  return router
}
