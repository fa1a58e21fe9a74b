// fold(snapshot, events) is a fresh snapshot: the vectors the real road wrote, the same as Python folds.
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fold, type State } from '@/client/fold'
import type { Body, Events } from '@/client/generated/messages'
import { describe, expect, it } from 'vitest'
import { aClassroom, anAccount, aQuiz, QUIZ, ROOM } from './world'

interface Vector {
  title: string
  audience: string
  snapshot_before: State
  events: { seq: number; name: string; body: Body | null }[]
  snapshot_after: State
}

const folder = resolve(import.meta.dirname, '../../../tests/vectors')
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
const seen = new Set<string>()

describe.each(files)('%s', (file) => {
  const vectors = JSON.parse(readFileSync(resolve(folder, file), 'utf8')) as Vector[]

  it.each(vectors)('$title', ({ snapshot_before, events, snapshot_after }) => {
    const before = structuredClone(snapshot_before)
    const after = events.reduce((state, { name, body }) => (body === null ? state : fold(state, name, body)), before)
    expect(after).toEqual(snapshot_after)
    // Views are compared by identity: what was handed out must not change.
    expect(before).toEqual(snapshot_before)
    for (const { name } of events) seen.add(name)
  })
})

it('has a vector of every event', () => {
  const names: Record<keyof Events, true> = {
    'account.renamed': true,
    'membership.begun': true,
    'membership.changed': true,
    'membership.ended': true,
    'inbox.added': true,
    'inbox.read': true,
    'inbox.all_read': true,
    'classroom.renamed': true,
    'classroom.linked': true,
    'classroom.code_changed': true,
    'member.joined': true,
    'member.changed': true,
    'member.left': true,
    'member.shown': true,
    'session.started': true,
    'session.ended': true,
    'activity.drafted': true,
    'activity.discarded': true,
    'activity.published': true,
    'activity.extended': true,
    'activity.changed': true,
    'activity.closed': true,
    'activity.posted': true,
    'activity.post_removed': true,
    'response.corrected': true,
  }
  expect([...seen].filter(Boolean).sort()).toEqual(Object.keys(names).sort())
})

it('keeps what an event does not touch, so that pages need not draw it again', () => {
  const before = aClassroom({ activities: [aQuiz()], drafts: [] })
  const after = fold(before, 'classroom.renamed', { name: '代数' }) as typeof before
  expect(after.activities).toBe(before.activities)
  const other = aQuiz({ id: 'X'.repeat(16) })
  const two = aClassroom({ activities: [other, aQuiz()] })
  const extended = fold(two, 'activity.extended', { activity: QUIZ, deadline_at: 9 }) as typeof before
  expect(extended.activities[0]).toBe(other)
  expect(extended.activities[1]?.deadline_at).toBe(9)
})

it('does nothing for what it does not know', () => {
  const room = aClassroom({ activities: [aQuiz()] })
  expect(fold(room, 'classroom.painted', { colour: 'red' })).toBe(room)
  expect(fold(room, 'activity.painted', { activity: QUIZ })).toEqual(room)
  expect(fold(room, 'activity.extended', { activity: 'unknown' })).toBe(room)
  expect(fold(room, 'membership.ended', { classroom: ROOM })).toBe(room)
  const account = anAccount(ROOM)
  expect(fold(account, 'session.ended', {})).toBe(account)
})
