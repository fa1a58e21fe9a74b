// What an event does to the state a snapshot gave: fold(snapshot, events) is what a fresh snapshot would be.
// The twin of protocol/client/fold.py; both run the vectors in tests/vectors.
import {
  ITEMS_IN_SNAPSHOT,
  POSTS_IN_SNAPSHOT,
  type AccountState,
  type Activity,
  type Body,
  type ClassroomState,
  type Events,
  type Inbox,
  type InboxItem,
} from '@/client/generated/messages'

export type State = AccountState | ClassroomState
/** An event's name with its own body. */
export type Named = { [Name in keyof Events]: { name: Name; body: Events[Name] } }[keyof Events]

/** The state after the event. An event this version does not know changes nothing. */
export function fold(state: State, name: string, body: Body): State {
  const event = { name, body } as unknown as Named
  return 'memberships' in state ? foldAccount(state, event) : foldClassroom(state, event)
}

function foldAccount(state: AccountState, { name, body }: Named): AccountState {
  switch (name) {
    case 'account.renamed':
      return { ...state, name: body.name }
    case 'membership.begun': {
      const others = state.memberships.filter((each) => each.classroom !== body.membership.classroom)
      return { ...state, memberships: [...others, body.membership] }
    }
    case 'membership.changed': {
      const { membership } = body
      const same = state.memberships.map((each) => (each.classroom === membership.classroom ? membership : each))
      return { ...state, memberships: same }
    }
    case 'membership.ended':
      return { ...state, memberships: state.memberships.filter((each) => each.classroom !== body.classroom) }
    case 'inbox.added': {
      const { item } = body
      const unread = { ...state.inbox.unread, [item.kind]: (state.inbox.unread[item.kind] ?? 0) + 1 }
      const items = [item, ...without(state.inbox.items, item.id)].slice(0, ITEMS_IN_SNAPSHOT)
      return { ...state, inbox: { unread, items } }
    }
    case 'inbox.read':
      return { ...state, inbox: read(state.inbox, body.unread, (each) => body.items.includes(each.id)) }
    case 'inbox.all_read':
      return { ...state, inbox: read(state.inbox, body.unread, (each) => body.kind === null || body.kind === each.kind) }
    default:
      return state
  }
}

function read({ items }: Inbox, unread: Inbox['unread'], isRead: (item: InboxItem) => boolean): Inbox {
  return { unread, items: items.map((each) => (isRead(each) ? { ...each, is_read: true } : each)) }
}

function foldClassroom(state: ClassroomState, event: Named): ClassroomState {
  const { name, body } = event
  switch (name) {
    case 'classroom.renamed':
      return { ...state, name: body.name }
    case 'classroom.linked':
      return { ...state, linked: body.linked }
    case 'classroom.code_changed':
      return { ...state, code: body.code, is_code_open: body.is_code_open }
    case 'member.joined': {
      const { member, n_members } = body
      if (member === null) return { ...state, n_members }
      const others = state.members.filter((each) => each.account !== member.account)
      return { ...state, members: [...others, member], n_members }
    }
    case 'member.changed': {
      const { member, n_members } = body
      if (member === null) return { ...state, n_members }
      const same = state.members.map((each) => (each.account === member.account ? member : each))
      return { ...state, members: same, n_members }
    }
    case 'member.left': {
      const others = state.members.filter((each) => each.account !== body.account)
      return { ...state, members: others, n_members: body.n_members }
    }
    case 'member.shown': {
      const { account, name: shown } = body
      const members = state.members.map((each) => (each.account === account ? { ...each, name: shown } : each))
      return { ...state, members, activities: state.activities.map((each) => named(each, account, shown)) }
    }
    case 'session.started':
      return { ...state, session: body.session, activities: [] }
    case 'session.ended':
      return { ...state, session: null, activities: [] }
    case 'activity.drafted':
      return { ...state, drafts: [...without(state.drafts, body.draft.id), body.draft] }
    case 'activity.discarded':
      return { ...state, drafts: without(state.drafts, body.activity) }
    case 'activity.published': {
      const { activity } = body
      const published = [...without(state.activities, activity.id), activity]
      return { ...state, drafts: without(state.drafts, activity.id), activities: published }
    }
    case 'account.renamed':
    case 'membership.begun':
    case 'membership.changed':
    case 'membership.ended':
    case 'inbox.added':
    case 'inbox.read':
    case 'inbox.all_read':
      return state
    default: {
      const id = body.activity
      if (!state.activities.some((each) => each.id === id)) return state
      return { ...state, activities: changed(state.activities, id, (each) => foldActivity(each, event)) }
    }
  }
}

function named(activity: Activity, author: string, author_name: string): Activity {
  return { ...activity, posts: activity.posts.map((each) => (each.author === author ? { ...each, author_name } : each)) }
}

function foldActivity(activity: Activity, { name, body }: Named): Activity {
  switch (name) {
    case 'activity.extended':
      return { ...activity, deadline_at: body.deadline_at }
    case 'activity.changed':
      return { ...activity, phase: body.phase, state: body.state, tally: body.tally }
    case 'activity.closed': {
      const { closed_at, tally, config, state } = body
      return { ...activity, phase: 'closed', closed_at, tally, config, state }
    }
    case 'activity.posted': {
      const posts = [...without(activity.posts, body.post.id), body.post].slice(-POSTS_IN_SNAPSHOT)
      return { ...activity, posts, n_posts: Math.max(activity.n_posts, body.post.number) }
    }
    case 'activity.post_removed': {
      const { removed_by } = body
      return { ...activity, posts: changed(activity.posts, body.post, (post) => ({ ...post, text: null, removed_by })) }
    }
    case 'response.corrected':
      return body.tally === null ? activity : { ...activity, tally: body.tally }
    default:
      return activity
  }
}

function without<Entry extends { id: string }>(entries: readonly Entry[], id: string): Entry[] {
  return entries.filter((each) => each.id !== id)
}

function changed<Entry extends { id: string }>(
  entries: readonly Entry[],
  id: string,
  change: (entry: Entry) => Entry,
): Entry[] {
  return entries.map((each) => (each.id === id ? change(each) : each))
}
