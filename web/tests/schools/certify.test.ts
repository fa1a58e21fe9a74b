// 学校云服务 on the phone: two steps to a certification, the manual's exact refusals, dissolving.
import { createApp, h, nextTick, type App } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Certification, MyCertification } from '@/client/generated/messages'
import { Refusal } from '@/client/refusal'
import { memoryStorage } from '@/client/storage'
import SchoolCloud from '@/phone/pages/schools/SchoolCloud.vue'
import phoneZh from '@/phone/words/zh'
import { DEVICE, type DeviceHandle } from '@/use/device'
import zh from '@/words/zh'
import { createWords, WORDS } from '@/words/words'

const SCHOOL = { id: 's'.repeat(16), name: '南山大学', has_cloud: true }
const HELD: Certification = {
  id: 'c'.repeat(16),
  school: SCHOOL,
  number: '007',
  name: '林小满',
  certified_at: 1_767_225_600_000,
  dissolved_at: null,
  dissolved_by: null,
}

let app: App | undefined
afterEach(() => app?.unmount())

async function aPage(mine: MyCertification, certify = vi.fn(async () => HELD)) {
  const schools = {
    mine: vi.fn(async () => mine),
    search: vi.fn(async () => ({ schools: [SCHOOL, { id: 'n'.repeat(16), name: '无云学院', has_cloud: false }], next: null })),
    certify,
  }
  const device = { api: { schools } } as unknown as DeviceHandle
  const words = createWords({ zh: async () => ({ ...zh, ...phoneZh }), en: async () => ({}) }, memoryStorage())
  await words.start(['zh-CN'])
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: SchoolCloud }] })
  const root = document.createElement('div')
  app = createApp({ render: () => h(SchoolCloud) })
  app.use(words.i18n).use(router).provide(DEVICE, device).provide(WORDS, words)
  app.config.compilerOptions.isCustomElement = (tag) => tag.startsWith('van-')
  app.mount(root)
  await vi.waitFor(() => expect(schools.mine).toHaveBeenCalled())
  await nextTick()
  await nextTick()
  return { root, schools }
}

describe('我的学校云', () => {
  test('an account without a certification is told what its study is not good for (R21)', async () => {
    const { root } = await aPage({ current: null, past: [] })
    await vi.waitFor(() => expect(root.textContent).toContain('未认证'))
    expect(root.textContent).toContain('学习不会产生学校数据和学分')
    expect(root.textContent).toContain('如果学校没有学校云，无需做身份认证')
  })

  test('a certified one sees by what, and the ended ones with who ended them', async () => {
    const past = { ...HELD, id: 'p'.repeat(16), number: '006', dissolved_at: 1_767_225_700_000, dissolved_by: 'admin' as const }
    const { root } = await aPage({ current: HELD, past: [past] })
    await vi.waitFor(() => expect(root.textContent).toContain('南山大学'))
    expect(root.textContent).toContain('007')
    expect(root.textContent).toContain('学校管理员解除')
    expect(root.textContent).not.toContain('未认证')
  })
})

function press(root: HTMLElement, text: string): void {
  const found = [...root.querySelectorAll<HTMLElement>('button, .van-cell')].find((each) => each.textContent.includes(text))
  if (!found) throw new Error(`nothing says ${text}`)
  found.click()
}

async function type(root: HTMLElement, placeholder: string, text: string): Promise<void> {
  await vi.waitFor(() => expect(root.querySelector(`input[placeholder="${placeholder}"]`)).not.toBeNull())
  const field = root.querySelector<HTMLInputElement>(`input[placeholder="${placeholder}"]`)
  if (!field) throw new Error(placeholder)
  field.value = text
  field.dispatchEvent(new Event('input'))
  await nextTick()
}

async function submit(root: HTMLElement): Promise<void> {
  root.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }))
  await nextTick()
}

test('two steps ask the server once, and a refusal shows the words of the manual (R18, R19, R24)', async () => {
  const certify = vi.fn(async (): Promise<Certification> => {
    throw new Refusal('number_held', { zh: '学号存在异常认证关系', en: '' }, false)
  })
  const { root } = await aPage({ current: null, past: [] }, certify)
  await vi.waitFor(() => expect(root.querySelector('form')).not.toBeNull())
  press(root, '学校')
  await vi.waitFor(() => press(root, '南山大学'))
  await type(root, '请输入学号', ' 007 ')
  await submit(root)
  await type(root, '请输入真实姓名', '林小满')
  await type(root, '认证码请咨询本校教务处', 'SPRING26')
  await submit(root)
  await vi.waitFor(() => expect(root.textContent).toContain('学号存在异常认证关系'))
  expect(certify.mock.calls).toEqual([[{ school: SCHOOL.id, number: '007', name: '林小满', code: 'SPRING26' }]])
  expect(root.textContent).toContain('在我的学校云解除认证')
})
