import { describe, expect, test } from 'vitest'
import { activityComponent as onConsole } from '@/console/activity'
import { activityComponent as onPhone } from '@/phone/activity'
import { isOpen, kindCard, kindOf, KINDS, unfinished } from '@/use/kinds'

const HUES = ['pine', 'indigo', 'amber', 'plum', 'sky', 'bamboo']

describe('the kinds of activities', () => {
  test('are the six of the manual, in the order of the palette', () => {
    expect([...KINDS.keys()]).toEqual(['check_in', 'exercise', 'survey', 'discussion', 'announcement', 'lesson_plan'])
  })

  test('each have a component on the phone', () => {
    expect([...KINDS.keys()].filter((kind) => onPhone(kind) === undefined)).toEqual([])
  })

  test('are those the console draws', () => {
    const drawn = Object.keys(import.meta.glob('../console/activities/*.vue')).map(kindOf)
    expect(drawn.sort()).toEqual([...KINDS.keys()].sort())
  })

  test.each([...KINDS])('%s has a complete card', (_kind, card) => {
    const said = [card.name, card.about, card.prompt, ...(card.answer ? [card.answer.todo, card.answer.done] : [])]
    expect(said.flatMap(({ zh, en }) => [zh, en]).filter((words) => !words?.trim())).toEqual([])
    expect(card.icon.filter((path) => !/^[Mm][\d\s.,a-zA-Z-]+$/.test(path))).toEqual([])
    expect(HUES).toContain(card.hue)
    expect(card.order).toBeTypeOf('number')
  })
})

describe('a kind newer than this client', () => {
  test('still has a card and no component', () => {
    expect(kindCard('hologram').name.zh).toBe('活动')
    expect([onPhone('hologram'), onConsole('hologram')]).toEqual([undefined, undefined])
  })
})

describe('an activity', () => {
  test('is open while it is published', () => {
    expect(isOpen({ kind: 'survey', phase: 'published' })).toBe(true)
    expect(isOpen({ kind: 'survey', phase: 'closed' })).toBe(false)
  })

  test('that never closes is never open', () => {
    expect(isOpen({ kind: 'announcement', phase: 'published' })).toBe(false)
  })
})

describe('before 下课', () => {
  test('the teacher is warned of a lesson plan that was not sent (D10)', () => {
    const plan = { kind: 'lesson_plan', phase: 'published' }
    expect(unfinished([plan, plan, { kind: 'survey', phase: 'published' }])).toHaveLength(1)
    expect(unfinished([{ kind: 'lesson_plan', phase: 'sent' }])).toEqual([])
  })
})
