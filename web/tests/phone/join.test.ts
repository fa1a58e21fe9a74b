import { createApp, shallowRef, type App } from 'vue'
import { createMemoryHistory, createRouter, type Router } from 'vue-router'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Live } from '@/client/live'
import { Refusal } from '@/client/refusal'
import { memoryStorage } from '@/client/storage'
import Join from '@/phone/pages/Join.vue'
import phoneZh from '@/phone/words/zh'
import { DEVICE, type DeviceHandle } from '@/use/device'
import { LIVE } from '@/use/live'
import zh from '@/words/zh'
import { createWords, WORDS } from '@/words/words'

const ACCOUNT = { id: 'account000000001', name: '李明', phone: '138****0001' }
const component = { template: '' }
let app: App | undefined
afterEach(() => app?.unmount())

/** The page over a socket that answers every command with `answer`. */
async function aJoinPage(code: string, answer: () => Promise<Record<string, unknown> | null>) {
  const command = vi.fn<Live['command']>(answer)
  const live = { command, subscribe: () => () => undefined } as unknown as Live
  const device = { live: shallowRef(live), memory: shallowRef({ account: ACCOUNT }) } as unknown as DeviceHandle
  const words = createWords({ zh: async () => ({ ...zh, ...phoneZh }), en: async () => ({}) }, memoryStorage())
  await words.start(['zh-CN'])
  const router = createRouter({
    history: createMemoryHistory(),
    routes: ['/join/:code?', '/classrooms', '/classrooms/:id', '/scan'].map((path) => ({ path, component })),
  })
  await router.push(`/join/${code}`)
  const root = document.body.appendChild(document.createElement('div'))
  app = createApp(Join, { code })
  app.provide(DEVICE, device).provide(LIVE, device).provide(WORDS, words).use(words.i18n).use(router).mount(root)
  return { command, root, router }
}

function press(root: HTMLElement): void {
  root.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }))
}

async function arrival(router: Router, path: string): Promise<void> {
  await vi.waitFor(() => expect(router.currentRoute.value.fullPath).toBe(path))
}

describe('the page a class code opens', () => {
  test('joins with the code of the link and enters the classroom', async () => {
    const { command, root, router } = await aJoinPage('h7k3pq', async () => ({ classroom: 'classroom0000001' }))
    press(root)
    await arrival(router, '/classrooms/classroom0000001')
    expect(command.mock.calls).toEqual([['classroom.join', ACCOUNT.id, { code: 'H7K3PQ' }]])
  })

  test('enters the classroom one is in already', async () => {
    const said = { zh: '你已加入该课堂', en: 'Already in.' }
    const { root, router } = await aJoinPage('H7K3PQ', async () => {
      throw new Refusal('already_member', said, false, { data: { classroom: 'classroom0000001' } })
    })
    press(root)
    await arrival(router, '/classrooms/classroom0000001')
  })

  test('says why a code does not work, and stays', async () => {
    const { root, router } = await aJoinPage('H7K3PQ', async () => {
      throw new Refusal('code_unknown', { zh: '课堂码无效，请核对后重试', en: 'Unknown.' }, false)
    })
    press(root)
    await vi.waitFor(() => expect(root.querySelector('[role=alert]')?.textContent).toBe('课堂码无效，请核对后重试'))
    expect(router.currentRoute.value.fullPath).toBe('/join/H7K3PQ')
  })

  test('does not send a code that is not whole', async () => {
    const { command, root } = await aJoinPage('H7K', async () => null)
    expect(root.querySelector<HTMLButtonElement>('button[type=submit]')?.disabled).toBe(true)
    expect(command).not.toHaveBeenCalled()
  })
})
