import { createApp, h, nextTick, reactive } from 'vue'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Activity, Body, Mine } from '@/client/wire'
import Exercise from '@/phone/activities/exercise.vue'
import type { PhoneActivityProps } from '@/phone/activity'
import { createWords, WORDS } from '@/words/words'

const NOW = 1_000_000
const QUESTIONS = [
  { type: 'single', text: '1 + 1 = ?', options: ['1', '2'], key: null, points: 1, explanation: '' },
  { type: 'short_text', text: '为什么？', key: null, points: 2, explanation: '' },
]
const EXERCISE: Activity = {
  id: 'e',
  kind: 'exercise',
  title: '练习',
  config: { v: 1, questions: QUESTIONS, time_limit_s: 60, half_points: true, reveal_key: true },
  phase: 'published',
  state: { v: 1 },
  published_at: NOW,
  deadline_at: NOW + 60_000,
  closed_at: null,
  n_posts: 0,
  posts: [],
  tally: null,
}
const SUBMITTED: Mine = {
  phase: 'submitted',
  value: { v: 1, answers: [1, null] },
  saved_at: NOW,
  submitted_at: NOW,
  is_auto: true,
  result: { v: 1, points: 1, max_points: 3, n_ungraded: 0, marks: [{ is_right: true, points: 1 }, { is_right: false, points: 0 }] },
}

const took: (() => void)[] = []

beforeEach(() => vi.useFakeTimers({ now: NOW }))
afterEach(() => {
  took.splice(0).forEach((unmount) => unmount())
  vi.useRealTimers()
})

async function aPhone(more: Partial<PhoneActivityProps> = {}) {
  const words = createWords({ zh: async () => (await import('@/words/zh')).default, en: async () => (await import('@/words/en')).default }, localStorage)
  await words.start(['zh'])
  const saved: Body[] = []
  const send: PhoneActivityProps['send'] = {
    save: async (value) => void saved.push(value),
    submit: async () => undefined,
    post: async () => undefined,
    removePost: async () => undefined,
    typing: { tell: () => undefined, hear: () => () => undefined },
  }
  const props = reactive<PhoneActivityProps>({ activity: EXERCISE, mine: null, tally: null, now: NOW, me: 'me', send, ...more })
  const box = document.createElement('div')
  document.body.append(box)
  const app = createApp({ render: () => h(Exercise, { ...props }) })
  app.provide(WORDS, words).use(words.i18n).mount(box)
  took.push(() => (app.unmount(), box.remove()))
  const inputs = (): (HTMLInputElement | HTMLTextAreaElement)[] => [...box.querySelectorAll<HTMLInputElement>('input, textarea')]
  return { box, props, saved, inputs }
}

function type(field: HTMLInputElement | HTMLTextAreaElement | undefined, text: string): void {
  if (!field) throw new Error('no such field')
  field.value = text
  field.dispatchEvent(new Event('input'))
}

describe('an exercise on the phone', () => {
  test('shows the time left and counts what is answered', async () => {
    const { box, props, inputs } = await aPhone()
    expect(box.querySelector('[role=timer]')?.textContent?.trim()).toBe('1:00')
    inputs()[1]?.click()
    props.now = NOW + 15_000
    await nextTick()
    expect(box.querySelector('[role=timer]')?.textContent?.trim()).toBe('0:45')
    expect(box.textContent).toContain('已答 1/2')
  })

  test('saves what is typed when the typing pauses, and says only then that it is saved', async () => {
    const { box, saved, inputs } = await aPhone()
    type(inputs().at(-1), '因为')
    await nextTick()
    expect([saved, box.querySelector('.saved')?.textContent?.trim()]).toEqual([[], '未保存'])
    await vi.advanceTimersByTimeAsync(800)
    expect(saved).toEqual([{ v: 1, answers: [null, '因为'] }])
    expect(box.querySelector('.saved')?.textContent?.trim()).toBe('已保存')
  })

  test('waits for no pause when the time runs out', async () => {
    const { props, saved, inputs } = await aPhone()
    type(inputs().at(-1), '因')
    props.now = NOW + 58_000
    await nextTick()
    expect(saved).toEqual([{ v: 1, answers: [null, '因'] }])
  })

  test('locks at zero and tells that the answers are being collected', async () => {
    const { box, props, inputs } = await aPhone({ mine: { ...SUBMITTED, phase: 'saved', submitted_at: null, is_auto: false, result: null } })
    expect(inputs().some((field) => field.disabled)).toBe(false)
    props.now = NOW + 60_000
    await nextTick()
    expect(inputs().every((field) => field.disabled)).toBe(true)
    expect(box.querySelector('[role=timer]')).toBeNull()
    expect(box.textContent).toContain('时间到，正在自动提交')
  })

  test('opens again when the teacher gives more time', async () => {
    const { props, inputs } = await aPhone()
    props.now = NOW + 60_000
    await nextTick()
    props.activity = { ...EXERCISE, deadline_at: NOW + 120_000 }
    await nextTick()
    expect(inputs().some((field) => field.disabled)).toBe(false)
  })

  test('shows the result after submitting and sends no draft behind it', async () => {
    const { box, props, saved, inputs } = await aPhone()
    type(inputs().at(-1), '因')
    props.mine = SUBMITTED
    await nextTick()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(saved).toEqual([])
    expect(box.querySelector('.ring strong')?.textContent).toBe('1')
    expect([...box.querySelectorAll('.verdict')].map((verdict) => verdict.classList.contains('right'))).toEqual([true, false])
    expect(inputs().every((field) => field.disabled)).toBe(true)
  })

  test('takes over what another own device saved, but never over what is being typed', async () => {
    const { props, inputs } = await aPhone()
    const other: Mine = { ...SUBMITTED, phase: 'saved', value: { v: 1, answers: [0, '另一台'] }, submitted_at: null, result: null }
    props.mine = other
    await nextTick()
    expect(inputs().at(-1)?.value).toBe('另一台')
    type(inputs().at(-1), '这一台')
    props.mine = { ...other, value: { v: 1, answers: [0, '另一台，再改'] } }
    await nextTick()
    expect(inputs().at(-1)?.value).toBe('这一台')
  })

  test('tells who did nothing that it is over', async () => {
    const { box } = await aPhone({ activity: { ...EXERCISE, phase: 'closed', closed_at: NOW } })
    expect(box.textContent).toContain('练习已结束，你没有提交答案')
  })
})
