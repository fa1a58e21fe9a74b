import { describe, expect, test } from 'vitest'
import type { Activity, Member, Post, StaffResponse } from '@/client/wire'
import { participants, type Answered } from '@/use/participation'

const activity = (id: string, kind: string): Activity => ({
  id,
  kind,
  title: id,
  config: {},
  phase: 'closed',
  state: {},
  published_at: 1,
  deadline_at: null,
  closed_at: 2,
  n_posts: 0,
  posts: [],
  tally: null,
})
const response = (account: string, name: string, more: Partial<StaffResponse> = {}): StaffResponse => ({
  account,
  name,
  phase: 'submitted',
  value: null,
  submitted_at: 2,
  is_auto: false,
  result: null,
  ...more,
})
const post = (author: string, number: number, isStaff = false): Post => ({
  id: `p${number}`,
  number,
  author,
  author_name: author === 'gone' ? '走了' : '',
  is_staff: isStaff,
  at: number,
  text: '好',
  reply_to: null,
  removed_by: null,
})
const MEMBERS: Member[] = [
  { account: 'teacher', name: '王老师', role: 'teacher', joined_at: 1 },
  { account: 'li', name: '李明', role: 'student', joined_at: 2 },
  { account: 'wu', name: '吴越', role: 'student', joined_at: 3 },
]
const LESSON: Answered[] = [
  {
    activity: activity('c', 'check_in'),
    responses: [response('li', '李明', { result: { v: 1, status: 'late' } }), response('wu', '吴越', { phase: 'none', result: { v: 1, status: 'absent' } })],
    posts: [],
  },
  {
    activity: activity('e', 'exercise'),
    responses: [response('li', '李明', { result: { v: 1, points: 2.5, max_points: 4, n_ungraded: 0, marks: [] } }), response('wu', '吴越', { phase: 'saved' })],
    posts: [],
  },
  { activity: activity('d', 'discussion'), responses: [], posts: [post('li', 1), post('teacher', 2, true), post('gone', 3)] },
]

describe('who took part in a past session', () => {
  test('is put together from every activity', () => {
    expect(participants(LESSON, MEMBERS).map((each) => ({ ...each, parts: each.parts.length }))).toEqual([
      { account: 'li', name: '李明', status: 'late', nDone: 2, nAsked: 2, points: 2.5, nPosts: 1, parts: 3 },
      { account: 'wu', name: '吴越', status: 'absent', nDone: 0, nAsked: 2, points: null, nPosts: 0, parts: 3 },
      { account: 'gone', name: '走了', status: null, nDone: 0, nAsked: 2, points: null, nPosts: 1, parts: 3 },
    ])
  })

  test('holds for each student what they did in each activity', () => {
    const [li] = participants(LESSON, MEMBERS)
    expect(li?.parts.map(({ activity: { id }, response: given, posts }) => [id, given?.phase, posts.map(({ number }) => number)])).toEqual([
      ['c', 'submitted', []],
      ['e', 'submitted', []],
      ['d', undefined, [1]],
    ])
  })

  test('names nobody who became staff since', () => {
    const promoted = MEMBERS.map((member) => (member.account === 'wu' ? { ...member, role: 'assistant' as const } : member))
    expect(participants(LESSON, promoted).map(({ account }) => account)).toEqual(['li', 'gone'])
  })
})
