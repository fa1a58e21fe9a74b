import { nextTick, shallowRef } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { describe, expect, test } from 'vitest'
import type { DeviceMemory } from '@/client/device'
import { guardLogIn, nextPath } from '@/use/guard'

const MEMORY: DeviceMemory = { token: 't', expires_at: 1, device: 'd', account: { id: 'a', name: '李明', phone: '138****0001' } }
const component = { template: '' }

function aRouter(memory = shallowRef<DeviceMemory | null>(null)) {
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/login', component, meta: { isOpen: true } },
      { path: '/classrooms', component },
      { path: '/join/:code?', component },
    ],
  })
  guardLogIn(router, { memory })
  return { router, memory }
}

describe('a page for people who are logged in', () => {
  test('asks for the log-in and is shown after it', async () => {
    const { router, memory } = aRouter()
    await router.push('/join/H7K3PQ')
    expect(router.currentRoute.value.fullPath).toBe('/login?next=/join/H7K3PQ')
    memory.value = MEMORY
    await router.replace(nextPath(router.currentRoute.value))
    expect(router.currentRoute.value.fullPath).toBe('/join/H7K3PQ')
  })

  test('is left when this device is logged out elsewhere', async () => {
    const { router, memory } = aRouter(shallowRef<DeviceMemory | null>(MEMORY))
    await router.push('/join/H7K3PQ')
    const left = new Promise<void>((resolve) => router.afterEach(() => resolve()))
    memory.value = null
    await nextTick()
    await left
    expect(router.currentRoute.value.fullPath).toBe('/login?next=/join/H7K3PQ&lost=1')
  })
})

describe('the page after the log-in', () => {
  test.each([
    ['/join/H7K3PQ', '/join/H7K3PQ'],
    ['//evil.example', '/classrooms'],
    ['/\\evil.example', '/classrooms'],
    ['https://evil.example', '/classrooms'],
    ['javascript:alert(1)', '/classrooms'],
    [undefined, '/classrooms'],
  ])('asked for as %j is %s', (next, path) => {
    expect(nextPath({ query: next === undefined ? {} : { next } })).toBe(path)
  })
})
