// Who took part in a past session, and how: every student's answers, put together from those of each activity.
import { shallowRef, type ShallowRef } from 'vue'
import type { Api } from '@/client/api'
import type { Activity, ClassroomRecord, Member, Post, StaffResponse } from '@/client/wire'
import type { CheckInResult, Status } from '@/kinds/check_in'
import type { ExerciseResult } from '@/kinds/exercise'
import { readMaybe } from '@/kinds/read'
import { useDevice } from '@/use/device'
import { kindCard } from '@/use/kinds'
import { useWork, type Work } from '@/use/work'

/** What one student did in one activity. */
export interface Part {
  activity: Activity
  response: StaffResponse | null
  posts: readonly Post[]
}

export interface Participant {
  account: string
  /** Empty for somebody who has left the classroom since. */
  name: string
  /** Of the first check-in; null: there was none. */
  status: Status | null
  /** Answered, of all that could be answered. */
  nDone: number
  nAsked: number
  /** Of what is marked; null: nothing is. */
  points: number | null
  nPosts: number
  parts: readonly Part[]
}

/** One activity of the session with everybody's answers and posts. */
export interface Answered {
  activity: Activity
  responses: readonly StaffResponse[]
  posts: readonly Post[]
}

export function participants(answered: readonly Answered[], members: readonly Member[]): Participant[] {
  const names = new Map(members.filter(({ role }) => role === 'student').map(({ account, name }) => [account, name]))
  const staff = new Set(members.filter(({ role }) => role !== 'student').map(({ account }) => account))
  for (const { responses, posts } of answered) {
    for (const { account, name } of responses) if (!names.get(account)) names.set(account, name)
    for (const { author, author_name, is_staff } of posts) if (!is_staff && !names.get(author)) names.set(author, author_name)
  }
  return [...names].filter(([account]) => !staff.has(account)).map(([account, name]) => participant(account, name, answered))
}

function participant(account: string, name: string, answered: readonly Answered[]): Participant {
  const parts = answered.map(({ activity, responses, posts }) => ({
    activity,
    response: responses.find((each) => each.account === account) ?? null,
    posts: posts.filter(({ author }) => author === account),
  }))
  const checkIn = parts.find(({ activity }) => activity.kind === 'check_in')
  const points = parts.flatMap(({ activity, response }) =>
    activity.kind === 'exercise' ? (readMaybe<ExerciseResult>(response?.result)?.points ?? []) : [],
  )
  return {
    account,
    name,
    status: readMaybe<CheckInResult>(checkIn?.response?.result)?.status ?? null,
    nDone: parts.filter(({ response }) => response?.phase === 'submitted').length,
    nAsked: parts.filter(({ activity }) => isAsked(activity)).length,
    points: points.length === 0 ? null : points.reduce((sum, each) => sum + each, 0),
    nPosts: parts.reduce((sum, { posts }) => sum + posts.length, 0),
    parts,
  }
}

function isAsked({ kind }: Activity): boolean {
  return kindCard(kind).answer !== null
}

async function answersTo(api: Api, activity: Activity): Promise<Answered> {
  return { activity, responses: isAsked(activity) ? await api.responses(activity.id) : [], posts: await allPosts(api, activity) }
}

/** A record brings the last posts only. */
async function allPosts(api: Api, activity: Activity): Promise<readonly Post[]> {
  let posts = activity.posts
  while ((posts[0]?.number ?? 1) > 1) {
    const page = await api.posts(activity.id, posts[0]?.number ?? 1)
    if (page.posts.length === 0) break
    posts = [...page.posts, ...posts]
  }
  return posts
}

export function useParticipation(): { answered: Readonly<ShallowRef<readonly Answered[] | null>>; load: Work<[ClassroomRecord], void> } {
  const { api } = useDevice()
  const answered = shallowRef<readonly Answered[] | null>(null)
  const load = useWork(async (record: ClassroomRecord) => {
    answered.value = await Promise.all(record.activities.map(({ activity }) => answersTo(api, activity)))
  })
  return { answered, load }
}
