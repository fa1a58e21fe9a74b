// 课堂记录 in the console: the list of past sessions, one of them, one student's record.
import { createApp, h, shallowRef, type App, type Component } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Api } from '@/client/api'
import type { ClassroomView, Live } from '@/client/live'
import { Refusal } from '@/client/refusal'
import { memoryStorage } from '@/client/storage'
import type { ClassOverview } from '@/client/generated/messages'
import type { Activity, ClassroomRecord, Post, StaffResponse } from '@/client/wire'
import Record from '@/console/pages/Record.vue'
import Records from '@/console/pages/Records.vue'
import consoleZh from '@/console/words/zh'
import { DEVICE, type DeviceHandle } from '@/use/device'
import { LIVE } from '@/use/live'
import zh from '@/words/zh'
import { createWords, WORDS } from '@/words/words'
import { aClassroom, aQuiz, ROOM } from '../client/world'

const AT = 1_767_225_600_000
const MEMBERS = [
  { account: 'teacher', name: '王老师', role: 'teacher', joined_at: 1 },
  { account: 'li', name: '李明', role: 'student', joined_at: 2 },
] as const
const CHECK_IN: Activity = aQuiz({ id: 'c', kind: 'check_in', title: '签到', phase: 'closed', published_at: AT })
const DISCUSSION: Activity = aQuiz({ id: 'd', kind: 'discussion', title: '讨论一下', phase: 'closed', published_at: AT, n_posts: 2 })
const post = (number: number): Post => ({ id: `p${number}`, number, author: 'li', author_name: '李明', is_staff: false, at: AT, text: `第${number}句`, reply_to: null, removed_by: null })
const RECORD: ClassroomRecord = {
  classroom: ROOM,
  classroom_name: '高等数学',
  session: { id: 's', number: 7, started_at: AT },
  ended_at: AT + 2_700_000,
  activities: [
    { activity: CHECK_IN, mine: null },
    { activity: { ...DISCUSSION, posts: [post(2)] }, mine: null },
  ],
}
const SIGNED: StaffResponse = { account: 'li', name: '李明', phase: 'submitted', value: { v: 1 }, submitted_at: AT, is_auto: false, result: { v: 1, status: 'present' } }

const OVERVIEW: ClassOverview = {
  linked: { run: 'r', number: 2, course: 'c', title: '线性代数' },
  n_sessions: 7,
  n_answerable: 9,
  n_units: 12,
  students: [
    { account: 'li', name: '李明', n_answers: 8, n_posts: 3, online: { is_enrolled: true, n_completed: 5, studied_ms: 3_600_000 } },
    { account: 'wu', name: '吴一', n_answers: 1, n_posts: 0, online: { is_enrolled: false, n_completed: 0, studied_ms: 0 } },
  ],
  next: null,
}

let app: App | undefined
afterEach(() => app?.unmount())

function anApi(more: Partial<Api> = {}): Partial<Api> {
  return {
    records: async (_, after) => ({
      records: [{ session: after === null ? 's' : 't', number: after === null ? 7 : 6, started_at: AT, ended_at: AT + 2_700_000, n_activities: 2 }],
      next: after === null ? '7' : null,
    }),
    overview: async () => OVERVIEW,
    record: async () => RECORD,
    responses: async () => [SIGNED],
    posts: async () => ({ activity: 'd', posts: [post(1)], has_more: false }),
    ...more,
  }
}

async function aPage(page: Component, props: object, api: Partial<Api>, audience: ClassroomView['audience'] = 'staff') {
  const view = { state: aClassroom({ members: [...MEMBERS] }), audience, seq: 1, tallies: {}, mine: {}, delivery: null } as ClassroomView
  const live = { classroom: () => view, lost: () => null, follow: () => () => undefined, subscribe: () => () => undefined } as unknown as Live
  const memory = shallowRef({ account: { id: 'teacher', name: '王老师', phone: '' } })
  const device = { live: shallowRef(live), memory, api } as unknown as DeviceHandle
  const words = createWords({ zh: async () => ({ ...zh, ...consoleZh }), en: async () => ({}) }, memoryStorage())
  await words.start(['zh-CN'])
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { template: '' } }] })
  const root = document.body.appendChild(document.createElement('div'))
  app = createApp({ render: () => h(page, { classroom: ROOM, ...props }) })
  app.provide(DEVICE, device).provide(LIVE, device).provide(WORDS, words).use(words.i18n).use(router).mount(root)
  return { root, sees: (text: string) => vi.waitFor(() => expect(root.textContent).toContain(text)) }
}

const buttons = (root: HTMLElement, text: string): HTMLButtonElement[] => [...root.querySelectorAll('button')].filter((each) => each.textContent?.includes(text))

describe('the list of past sessions', () => {
  test('links each one, and loads more at a touch', async () => {
    const { root, sees } = await aPage(Records, {}, anApi())
    await sees('第 7 次课')
    expect(root.textContent).toContain('45 分钟')
    expect(root.querySelector('li a')?.getAttribute('href')).toBe(`/classrooms/${ROOM}/records/s`)
    await vi.waitFor(() => expect(root.querySelector('.is-loading')).toBeNull())
    buttons(root, '加载更多')[0]?.click()
    await sees('第 6 次课')
    expect(buttons(root, '加载更多')).toEqual([])
  })

  test('shows what was done in class and online as one record (R60)', async () => {
    const { root, sees } = await aPage(Records, {}, anApi())
    await sees('关联线上课程：线性代数 · 第 2 次开课')
    const rows = [...root.querySelectorAll('.el-table__body tr')].map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent?.trim()))
    expect(rows).toEqual([
      ['李明', '8 / 9', '3', '5 / 12', '1:00:00'],
      ['吴一', '1 / 9', '0', '未参加', ''],
    ])
  })

  test('says that there is none yet', async () => {
    const { sees } = await aPage(Records, {}, anApi({ records: async () => ({ records: [], next: null }) }))
    await sees('还没有课堂记录')
  })

  test('says why it could not be loaded, and tries again', async () => {
    const answers = [() => Promise.reject(new Refusal('unreachable', { zh: '网络连接失败', en: 'No connection' }, true)), anApi().records]
    const { root, sees } = await aPage(Records, {}, anApi({ records: ((...given: [string, null]) => answers.shift()?.(...given)) as Api['records'] }))
    await sees('网络连接失败')
    buttons(root, '重试')[0]?.click()
    await sees('第 7 次课')
  })

  test('is not for students', async () => {
    const { root, sees } = await aPage(Records, {}, anApi(), 'student')
    await sees('你是本课堂的学生')
    expect(root.querySelector('li')).toBeNull()
  })
})

describe('one past session', () => {
  test('lists its activities and what every student did, with earlier posts too', async () => {
    const { root, sees } = await aPage(Record, { session: 's' }, anApi())
    await sees('到课 1 / 1')
    expect([...root.querySelectorAll('.timeline strong')].map(({ textContent }) => textContent)).toEqual(['讨论一下', '签到'])
    await vi.waitFor(() => expect([...root.querySelectorAll('tbody td')].map(({ textContent }) => textContent?.trim())).toEqual(['李明', '已签到', '1 / 1', '2']))
  })

  test("shows a student's record when one is chosen", async () => {
    const { root, sees } = await aPage(Record, { session: 's' }, anApi())
    await vi.waitFor(() => expect(buttons(root, '李明')).toHaveLength(1))
    buttons(root, '李明')[0]?.click()
    await sees('发言 2 条')
    const side = root.querySelector('.side')?.textContent
    expect([side?.includes('已签到'), side?.includes('第1句'), side?.includes('第2句')]).toEqual([true, true, true])
  })

  test("shows an activity's results when one is chosen", async () => {
    const { root, sees } = await aPage(Record, { session: 's' }, anApi())
    await vi.waitFor(() => expect(buttons(root, '讨论一下')).toHaveLength(1))
    buttons(root, '讨论一下')[0]?.click()
    await sees('第2句')
    expect(root.querySelector('.side h2')?.textContent).toBe('讨论一下')
  })
})
