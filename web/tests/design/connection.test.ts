// Whether what is on the screen is live, as people see it.
import { createApp, nextTick, shallowRef, type App } from 'vue'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { memoryStorage } from '@/client/storage'
import ConnectionPill from '@/design/ConnectionPill.vue'
import PendingNote from '@/phone/parts/PendingNote.vue'
import { LIVE } from '@/use/live'
import zh from '@/words/zh'
import { createWords, WORDS } from '@/words/words'
import { World } from '../client/world'

let app: App | undefined
afterEach(() => {
  app?.unmount()
  vi.useRealTimers()
})

async function shown(component: typeof ConnectionPill | typeof PendingNote) {
  const words = createWords({ zh: async () => zh, en: async () => ({}) }, memoryStorage())
  await words.start(['zh-CN'])
  const world = new World()
  await world.isInClass()
  const root = document.createElement('div')
  app = createApp(component)
  app.provide(LIVE, { live: shallowRef(world.live) }).provide(WORDS, words).use(words.i18n).mount(root)
  const text = async (): Promise<string> => {
    await nextTick()
    return root.textContent?.trim() ?? ''
  }
  return { world, text }
}

describe('the connection', () => {
  test('is shown as lost in the moment it breaks, until it is back', async () => {
    const { world, text } = await shown(ConnectionPill)
    expect(await text()).toBe('已连接')
    world.breaks()
    expect(await text()).toBe('重连中')
    world.page('online')
    expect(await text()).toBe('重连中')
    await world.greets()
    expect(await text()).toBe('已连接')
  })

  test('stays lost on the screen as long as trying again fails', async () => {
    const { world, text } = await shown(ConnectionPill)
    for (let nFailed = 1; nFailed <= 3; nFailed += 1) {
      world.breaks()
      expect(await text()).toBe('重连中')
      await world.passes(30_000)
    }
  })

  test('is shown as offline when the browser has no network, and as live again after it has', async () => {
    const { world, text } = await shown(ConnectionPill)
    world.isOnline = false
    world.page('offline')
    expect(await text()).toBe('离线')
    world.isOnline = true
    world.page('online')
    expect(await text()).toBe('重连中')
    await world.greets()
    expect(await text()).toBe('已连接')
  })
})

describe('what waits for its answer', () => {
  test('is on its way, then slow', async () => {
    const { world, text } = await shown(PendingNote)
    expect(await text()).toBe('处理中…')
    await world.passes(3_000)
    expect(await text()).toBe('网络较慢，还没有送达；会自动重试，不用重复点击')
  })

  test('is sent by itself later where there is no connection', async () => {
    const { world, text } = await shown(PendingNote)
    world.breaks()
    expect(await text()).toBe('已保存在手机上，网络恢复后会自动发送，不用重复点击')
    world.page('online')
    await world.greets()
    expect(await text()).toBe('处理中…')
  })
})
