// What travels, as the pages need it. The declarations are Python's (protocol/*.py); this file names
// the ones the web uses in one place, so that pages never care where a type comes from.

export type Millis = number
export type Body = Record<string, unknown>
export type Role = 'teacher' | 'assistant' | 'student'
export type Audience = 'staff' | 'student' | 'screen' | 'self'
export type EndedHow = 'left' | 'kicked'
export type Phase = 'draft' | 'published' | 'closed' | 'sent'
export type ClientKind = 'app' | 'web' | 'mini_program' | 'official_account'

export interface Membership {
  classroom: string
  role: Role
}

export interface AccountState {
  id: string
  name: string
  memberships: readonly Membership[]
}

export interface Member {
  account: string
  name: string
  role: Role
  joined_at: Millis
}

export interface Session {
  id: string
  number: number
  started_at: Millis
}

export interface Post {
  id: string
  number: number
  author: string
  author_name: string
  is_staff: boolean
  at: Millis
  text: string | null
  reply_to: string | null
  removed_by: 'author' | 'staff' | null
}

export interface Activity {
  id: string
  kind: string
  title: string
  config: Body
  phase: Phase
  state: Body
  published_at: Millis
  deadline_at: Millis | null
  closed_at: Millis | null
  n_posts: number
  posts: readonly Post[]
  tally: Body | null
}

export interface Draft {
  id: string
  kind: string
  title: string
  config: Body
  updated_at: Millis
}

export interface ClassroomState {
  id: string
  name: string
  code: string | null
  is_code_open: boolean
  n_members: number
  members: readonly Member[]
  session: Session | null
  activities: readonly Activity[]
  drafts: readonly Draft[]
}

export interface Mine {
  phase: 'saved' | 'submitted'
  value: Body | null
  saved_at: Millis
  submitted_at: Millis | null
  is_auto: boolean
  result: Body | null
}

export interface Delivery {
  seq: number
  n_online: number
  n_have: number
}

// REST bodies

export interface Me {
  id: string
  name: string
  phone: string
}

export interface LoggedIn {
  token: string
  expires_at: Millis
  device: string
  account: Me
}

export interface Device {
  id: string
  client_kind: ClientKind
  client_version: string
  label: string
  created_at: Millis
  seen_at: Millis
  is_current: boolean
}

export interface RecordSummary {
  session: string
  number: number
  started_at: Millis
  ended_at: Millis
  n_activities: number
}

export interface RecordPage {
  records: readonly RecordSummary[]
  next: string | null
}

export interface RecordedActivity {
  activity: Activity
  mine: Mine | null
}

export interface ClassroomRecord {
  classroom: string
  classroom_name: string
  session: Session
  ended_at: Millis
  activities: readonly RecordedActivity[]
}

export interface StaffResponse {
  account: string
  name: string
  phase: 'none' | 'saved' | 'submitted'
  value: Body | null
  submitted_at: Millis | null
  is_auto: boolean
  result: Body | null
}
