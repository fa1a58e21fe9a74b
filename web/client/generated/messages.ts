// Made from the declarations by `shangke generate`; a test keeps it fresh. Do not edit.

export type Body = { readonly [key: string]: unknown }

export type Audience = 'staff' | 'student' | 'screen' | 'self'
export type ClientKind = 'app' | 'web' | 'mini_program' | 'official_account'
export type EndedHow = 'left' | 'kicked'
export type ItemKind = 'course_announcement' | 'courseware_update' | 'platform_push' | 'reply' | 'comment' | 'account'
export type Phase = 'draft' | 'published' | 'closed' | 'sent'
export type Role = 'teacher' | 'assistant' | 'student'
export type Code =
  | 'bad_message'
  | 'bad_field'
  | 'unknown_command'
  | 'id_conflict'
  | 'under_way'
  | 'slow_down'
  | 'too_large'
  | 'internal'
  | 'overloaded'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'update_required'
  | 'too_many_streams'
  | 'bad_phone'
  | 'bad_code'
  | 'bad_login'
  | 'weak_password'
  | 'phone_taken'
  | 'phone_unknown'
  | 'sms_failed'
  | 'bad_email'
  | 'email_unknown'
  | 'mail_failed'
  | 'confirm_needed'
  | 'identity_taken'
  | 'already_bound'
  | 'not_bound'
  | 'last_method'
  | 'account_closed'
  | 'still_certified'
  | 'oauth_failed'
  | 'code_unknown'
  | 'already_member'
  | 'not_a_member'
  | 'in_session'
  | 'not_in_session'
  | 'already_in_session'
  | 'last_teacher'
  | 'too_many_classrooms'
  | 'unknown_kind'
  | 'time_limit_not_allowed'
  | 'bad_phase'
  | 'already_answered'
  | 'too_late'
  | 'activity_closed'
  | 'bad_answer'
  | 'too_many_activities'
  | 'file_type'
  | 'file_too_large'
  | 'upload_broken'
  | 'no_run_to_join'
  | 'course_password_needed'
  | 'wrong_course_password'
  | 'not_certified'
  | 'too_many_units'
  | 'not_open_yet'
  | 'no_attempt_left'
  | 'assessment_begun'
  | 'older_revision'
  | 'number_unknown'
  | 'number_held'
  | 'already_certified'
  | 'number_taken'
  | 'import_state'
  | 'import_at_work'
  | 'import_errors'
  | 'teacher_unknown'

export const PROTOCOL_VERSION = 1
export const SUBPROTOCOL = 'shangke.v1.msgpack'
export const MESSAGE_BYTES = 16384
export const REST_COMMAND_BYTES = 262144
export const DEPTH = 8
export const LIST_ITEMS = 256
export const MAP_ITEMS = 256
export const TEXT_CHARS = 2000
export const MARKDOWN_CHARS = 20000
export const COMMANDS_PER_S = 20
export const COMMAND_BURST = 40
export const DEVICES_PER_ACCOUNT = 5
export const STREAMS_PER_CONNECTION = 200
export const HELLO_TIMEOUT_S = 10
export const WINDOW_EVENTS = 512
export const PAGE_EVENTS = 300
export const RESUME_EVENTS = 2000
export const POSTS_IN_SNAPSHOT = 100
export const ITEMS_IN_SNAPSHOT = 20
export const HEARTBEAT_S = 25
export const BEHIND_BYTES = 262144
export const STALL_S = 15
export const GAUGE_INTERVAL_S = 0.25
export const GAP_WAIT_MS = 50
export const HEADS_INTERVAL_S = 1.0
export const SUBMIT_GRACE_MS = 2000
export const STUDY_SPANS = 200
export const STUDY_BYTES = 65536
export const ASSESSMENT_BYTES = 524288

/** 4500-4999: stay away. */
export const CLOSE_RESTART = 1012
export const CLOSE_TOO_BIG = 1009
export const CLOSE_BAD_MESSAGE = 4400
export const CLOSE_HELLO_TIMEOUT = 4408
export const CLOSE_STALLED = 4410
export const CLOSE_TOO_FAST = 4429
export const CLOSE_OVERLOADED = 4453
export const CLOSE_UNAUTHENTICATED = 4501
export const CLOSE_LOGGED_OUT = 4502
export const CLOSE_TOO_MANY_DEVICES = 4503
export const CLOSE_UPDATE_REQUIRED = 4504
export const CLOSE_UNSUPPORTED_PROTOCOL = 4505

/** The first item of each envelope. */
export const Tag = {
  Hello: 0,
  Command: 1,
  Pong: 2,
  Attach: 3,
  Detach: 4,
  Refresh: 5,
  Hint: 6,
  Welcome: 16,
  Done: 17,
  RefusedReply: 18,
  Event: 19,
  Snapshot: 20,
  Gauge: 21,
  Signal: 22,
  Ping: 23,
  Reconnect: 24,
  Gone: 25,
  Attached: 26,
  Fault: 27,
} as const

/**
 * Client: follow a stream. Answered by the events after `position` or by a snapshot, then `attached`; or by `gone`.
 *
 * `audience` is the audience the client's state was folded for; when it is no longer the reader's, or
 * `position` is null, a snapshot is sent. `as_screen` asks for the projector's view (staff only).
 */
export type Attach = readonly [
  tag: 3,
  stream: string,
  position?: number | null,
  audience?: Audience | null,
  as_screen?: boolean,
]

/** Client: the first message, within 10 s. The token travels here, never in the URL. Answered by `welcome`. */
export type Hello = readonly [
  tag: 0,
  token: string,
  client_kind: ClientKind,
  client_version: string,
  streams?: readonly Attach[],
  version?: number,
]

/** Client: a wish. Answered, after commit, by `done` or `refused` with the same id; resent unchanged until then. */
export type Command = readonly [
  tag: 1,
  id: string,
  op: string,
  stream: string,
  body?: Body,
]

/** Client: how far it has applied each stream. Answers `ping`; after new events, at most one a second. */
export type Pong = readonly [
  tag: 2,
  positions?: { readonly [key: string]: number },
]

/** Client: stop following a stream. */
export type Detach = readonly [
  tag: 4,
  stream: string,
]

/** Client: a newer token of the same device, so that the socket outlives the old one. */
export type Refresh = readonly [
  tag: 5,
  token: string,
]

/** Client: an ephemeral signal to the others of a stream (typing). Dropped first, never answered. */
export type Hint = readonly [
  tag: 6,
  stream: string,
  name: string,
  body?: Body,
]

/** Server: the hello is accepted. `server_time` lets the client show server time (I10). */
export type Welcome = readonly [
  tag: 16,
  account: string,
  device: string,
  server_time: number,
  heartbeat_s: number,
  node: string,
]

/** Server: the command is committed. `seq` is the position its last event has in `stream`, if it made one. */
export type Done = readonly [
  tag: 17,
  id: string,
  result: Body | null,
  seq: number | null,
]

/** Server: the command had no effect. `retry`: the same command, same id, may succeed later. */
export type RefusedReply = readonly [
  tag: 18,
  id: string,
  code: string,
  retry: boolean,
  zh: string,
  en: string,
  retry_after_ms: number | null,
  data: { readonly [key: string]: string | number } | null,
]

/** Server: fact number `seq` of a stream. A blank (`name` empty) only counts: this audience may not see the fact. */
export type Event = readonly [
  tag: 19,
  stream: string,
  seq: number,
  at: number,
  name: string,
  body: Body | null,
]

/** Server: the whole state of a stream at `seq` for one audience; replaces what the client holds. */
export type Snapshot = readonly [
  tag: 20,
  stream: string,
  seq: number,
  kind: 'account' | 'classroom',
  audience: Audience,
  state: Body,
]

/** Server: the latest value of something; never replayed. A client keeps the greatest `rev` per (name, key). */
export type Gauge = readonly [
  tag: 21,
  stream: string,
  name: string,
  key: string,
  rev: number,
  value: Body | null,
]

/** Server: somebody's ephemeral hint. */
export type Signal = readonly [
  tag: 22,
  stream: string,
  name: string,
  account: string,
  body: Body,
]

/** Server: heartbeat with the head of every attached stream. A client behind a head asks again with `attach`. */
export type Ping = readonly [
  tag: 23,
  server_time: number,
  heads: { readonly [key: string]: number },
]

/** Server: this node is about to stop; come back after `after_ms`. */
export type Reconnect = readonly [
  tag: 24,
  after_ms: number,
]

/** Server: the stream is no longer the reader's, or never was (the answer is the same). Drop its state. */
export type Gone = readonly [
  tag: 25,
  stream: string,
  code: string,
  zh: string,
  en: string,
]

/**
 * Server: the continuation or snapshot is complete up to `head`; what follows is live.
 *
 * `how` says where it came from: `memory`, `pages` (Postgres) or `snapshot`.
 */
export type Attached = readonly [
  tag: 26,
  stream: string,
  head: number,
  how: 'memory' | 'pages' | 'snapshot',
]

/** Server: a message could not be taken (unreadable, before hello, too many) and belongs to no command id. */
export type Fault = readonly [
  tag: 27,
  code: string,
  retry: boolean,
  zh: string,
  en: string,
  retry_after_ms: number | null,
]

export interface RenameAccount {
  readonly name: string
}

/** Result: `{classroom}`. The creator becomes its teacher. `run`: as `LinkClassroom` says. */
export interface CreateClassroom {
  readonly name: string
  readonly run?: string | null
}

/** Join as a student by the 6-character class code, case-insensitive (D12). Result: `{classroom}`. */
export interface JoinClassroom {
  readonly code: string
}

/** What is read already, or nobody's, changes nothing. */
export interface ReadItems {
  readonly items: readonly string[]
}

export interface ReadAllItems {
  readonly kind?: ItemKind | null
}

export interface RenameClassroom {
  readonly name: string
}

/** Join the classroom's records with those of a run of a course that one teaches, or part them (`run` null; R60). */
export interface LinkClassroom {
  readonly run: string | null
}

/** The old code stops working at once. Result: `{code}`. */
export type ResetCode = { readonly [key: string]: never }

/** The code lets people in again. */
export type OpenCode = { readonly [key: string]: never }

/** Nobody can join by the code until it is opened again. */
export type CloseCode = { readonly [key: string]: never }

/** Only out of session (R65). */
export type LeaveClassroom = { readonly [key: string]: never }

/** Teacher; also in session (R66). The member loses the stream at once, on every node (R67). */
export interface KickMember {
  readonly account: string
}

/** Teacher: make a member teacher, assistant or student. The last teacher cannot be changed. */
export interface SetRole {
  readonly account: string
  readonly role: Role
}

/** The name somebody goes by in this classroom: one's own, or anybody's for staff. */
export interface RenameMember {
  readonly account: string
  readonly name: string
}

/** The system's alone: tell a classroom under which name an account shows now (D15). */
export interface ShowMember {
  readonly account: string
}

/** 上课. Result: `{session}`. Refused when one is open (R69). */
export type StartSession = { readonly [key: string]: never }

/** 下课. Closes every open activity of the session first (D10). */
export type EndSession = { readonly [key: string]: never }

/** Make a draft (`activity` null) or change one. Result: `{activity}`. Allowed in and out of session. */
export interface DraftActivity {
  readonly kind: string
  readonly title: string
  readonly config: Body
  readonly activity?: string | null
}

export interface DiscardActivity {
  readonly activity: string
}

/** Publish a draft in the running session (R71). Refused with `bad_field` when the draft is incomplete. */
export interface PublishActivity {
  readonly activity: string
}

/** Give a timed exercise more time. */
export interface ExtendActivity {
  readonly activity: string
  readonly extra_s: number
}

export interface CloseActivity {
  readonly activity: string
}

/** A verb of the kind, for instance `send` of a lesson plan (发给学生) or `show_results` of a survey. */
export interface ActOnActivity {
  readonly activity: string
  readonly verb: string
  readonly value?: Body
}

/** Result: `{post}`. */
export interface AddPost {
  readonly activity: string
  readonly text: string
  readonly reply_to?: string | null
}

/** One's own, or anybody's for staff. */
export interface RemovePost {
  readonly activity: string
  readonly post: string
}

/** Keep what is typed so far (D7). The last save before the deadline is what the server submits at zero. */
export interface SaveResponse {
  readonly activity: string
  readonly value: Body
}

/** Answer. Once; a second device is refused with `already_answered`. Result: one's own `mine` gauge value. */
export interface SubmitResponse {
  readonly activity: string
  readonly value?: Body
}

/** Teacher: correct one student's response as the kind allows (a check-in status, the points of a short text). */
export interface CorrectResponse {
  readonly activity: string
  readonly account: string
  readonly correction: Body
  readonly reason?: string
}

export interface AccountRenamed {
  readonly name: string
}

/** One classroom the account is in. Its name and state are in the classroom's own stream. */
export interface Membership {
  readonly classroom: string
  readonly role: Role
}

/** The account is now in the classroom; attach to its stream. */
export interface MembershipBegun {
  readonly membership: Membership
}

export interface MembershipChanged {
  readonly membership: Membership
}

export interface MembershipEnded {
  readonly classroom: string
  readonly how: EndedHow
}

/** What an item opens. `course` and `run`: where that is, as far as there is such a place. */
export interface Source {
  readonly kind: 'account' | 'announcement' | 'assessment' | 'course' | 'run' | 'school' | 'topic' | 'unit'
  readonly id: string
  readonly course: string | null
  readonly run: string | null
}

/** One entry. On the stream `text` is the beginning of what the list over REST tells whole. */
export interface InboxItem {
  readonly id: string
  readonly kind: ItemKind
  readonly title: string
  readonly text: string
  readonly source: Source | null
  readonly at: number
  readonly is_read: boolean
}

/** A new item, unread. */
export interface InboxAdded {
  readonly item: InboxItem
}

/** These are read. `unread`: what is left. */
export interface InboxRead {
  readonly items: readonly string[]
  readonly unread: { readonly [key: string]: number }
}

/** All of one kind are read; `kind` null: of every kind. `unread`: what is left. */
export interface InboxAllRead {
  readonly kind: ItemKind | null
  readonly unread: { readonly [key: string]: number }
}

export interface ClassroomRenamed {
  readonly name: string
}

/** The run of an online course that a classroom belongs to (R60). `title` is the course's, as it was when said. */
export interface LinkedRun {
  readonly run: string
  readonly number: number
  readonly course: string
  readonly title: string
}

/** The classroom belongs to this run of an online course from here on, or to none (R60). */
export interface ClassroomLinked {
  readonly linked: LinkedRun | null
}

/** The class code was reset, opened or closed. `code` as in `ClassroomState`. */
export interface CodeChanged {
  readonly code: string | null
  readonly is_code_open: boolean
}

/** A person in the classroom. `name` is the name they go by in this classroom. */
export interface Member {
  readonly account: string
  readonly name: string
  readonly role: Role
  readonly joined_at: number
}

/** Students see only the count (`member` is null for them). */
export interface MemberJoined {
  readonly member: Member | null
  readonly n_members: number
}

/**
 * A new role or a new name. `role_before` is the role until now: the same, when the name changed.
 *
 * Students see only the count, and that only when a role changed (`member` and `role_before` are null for them).
 */
export interface MemberChanged {
  readonly member: Member | null
  readonly role_before: Role | null
  readonly n_members: number
}

/** `account` is null for students. */
export interface MemberLeft {
  readonly account: string | null
  readonly how: EndedHow
  readonly n_members: number
}

/**
 * Somebody who is or was a member closed their account, or support restored it (D15): from here on `name` stands
 * in the list of members and at every post of theirs.
 *
 * Students and the screen see it only when something of theirs is on their page (`has_posts`).
 */
export interface MemberShown {
  readonly account: string
  readonly name: string
  readonly has_posts: boolean
}

/** One lesson, from 上课 to 下课. `number` counts the classroom's sessions from 1. */
export interface Session {
  readonly id: string
  readonly number: number
  readonly started_at: number
}

export interface SessionStarted {
  readonly session: Session
}

/** Every open activity was closed by events of its own just before. The client clears `session` and `activities`. */
export interface SessionEnded {
  readonly session: string
}

/** An activity being prepared; staff only. `config` may be incomplete until it is published. */
export interface Draft {
  readonly id: string
  readonly kind: string
  readonly title: string
  readonly config: Body
  readonly updated_at: number
}

/** A draft was made or changed; staff only. */
export interface ActivityDrafted {
  readonly draft: Draft
}

/** A draft was thrown away; staff only. */
export interface ActivityDiscarded {
  readonly activity: string
}

/** One contribution to a discussion, numbered from 1 in its activity. Removed, it keeps its place, without text. */
export interface Post {
  readonly id: string
  readonly number: number
  readonly author: string
  readonly author_name: string
  readonly is_staff: boolean
  readonly at: number
  readonly text: string | null
  readonly reply_to: string | null
  readonly removed_by: 'author' | 'staff' | null
}

/**
 * A published activity as one audience may see it.
 *
 * `config`: for students and the screen without answer keys until `closed`.
 * `state`: what the kind changes while it runs (for instance whether results are shown).
 * `posts`: the last 100; `n_posts` counts all. `tally`: the final one, from the close on.
 */
export interface Activity {
  readonly id: string
  readonly kind: string
  readonly title: string
  readonly config: Body
  readonly phase: Phase
  readonly state: Body
  readonly published_at: number
  readonly deadline_at: number | null
  readonly closed_at: number | null
  readonly n_posts: number
  readonly posts: readonly Post[]
  readonly tally: Body | null
}

/** The draft of the same id, if any, is gone with it. */
export interface ActivityPublished {
  readonly activity: Activity
}

export interface ActivityExtended {
  readonly activity: string
  readonly deadline_at: number
}

/**
 * The kind's own verb was applied: the new phase and the whole new `state`.
 *
 * `tally`: once closed, the final one as it may be seen from now on (null again when the verb hid it).
 */
export interface ActivityChanged {
  readonly activity: string
  readonly kind: string
  readonly verb: string
  readonly phase: Phase
  readonly state: Body
  readonly tally: Body | null
}

/** No more answers. Carries the final tally (I6) and the config as it may now be seen, with any answer keys. */
export interface ActivityClosed {
  readonly activity: string
  readonly kind: string
  readonly state: Body
  readonly closed_at: number
  readonly tally: Body | null
  readonly config: Body
}

export interface PostAdded {
  readonly activity: string
  readonly post: Post
}

export interface PostRemoved {
  readonly activity: string
  readonly post: string
  readonly removed_by: 'author' | 'staff'
}

/**
 * A teacher corrected one student's response: the audit entry. `tally` is the new final one, once closed.
 *
 * Students and the screen are told the new tally, if they may see it, and nothing else: `account`, `correction` and
 * `by` are null and `reason` is empty for them.
 */
export interface ResponseCorrected {
  readonly activity: string
  readonly kind: string
  readonly state: Body
  readonly account: string | null
  readonly correction: Body | null
  readonly reason: string
  readonly by: string | null
  readonly tally: Body | null
}

/** Gauge `delivery`, staff only: of `n_online` student devices, `n_have` have applied event `seq`. */
export interface Delivery {
  readonly seq: number
  readonly n_online: number
  readonly n_have: number
}

/**
 * Gauge `mine`, to the account's own devices: the own response. `result` is the kind's, once it may be seen.
 *
 * Phase `none`: nothing was answered, and yet there is a result (absent, or excused by the teacher).
 */
export interface Mine {
  readonly phase: 'none' | 'saved' | 'submitted'
  readonly value: Body | null
  readonly saved_at: number | null
  readonly submitted_at: number | null
  readonly is_auto: boolean
  readonly result: Body | null
}

/** As the account's snapshot shows it: the newest items, newest first. */
export interface Inbox {
  readonly unread: { readonly [key: string]: number }
  readonly items: readonly InboxItem[]
}

/** Snapshot of an account stream. `memberships` in the order of joining. */
export interface AccountState {
  readonly id: string
  readonly name: string
  readonly memberships: readonly Membership[]
  readonly inbox: Inbox
}

/**
 * Snapshot of a classroom stream.
 *
 * `code` is null for students (they cannot hand the door on) and when the code is closed.
 * `members` and `drafts` are empty for every audience but staff; `n_members` counts students, for everybody.
 * `activities` are those of the session that is open, oldest first; empty when class is not in session.
 */
export interface ClassroomState {
  readonly id: string
  readonly name: string
  readonly code: string | null
  readonly is_code_open: boolean
  readonly n_members: number
  readonly members: readonly Member[]
  readonly session: Session | null
  readonly activities: readonly Activity[]
  readonly drafts: readonly Draft[]
  readonly linked: LinkedRun | null
}

/** To a phone number or to an e-mail address, never both; registering takes a phone number. */
export interface RequestCode {
  readonly purpose: 'login' | 'register' | 'reset'
  readonly phone?: string | null
  readonly email?: string | null
  readonly nonce?: string | null
}

/** `ticket`: from a log-in at another's page that led to no account yet; it is bound to the new one (R2). */
export interface Register {
  readonly phone: string
  readonly code: string
  readonly password: string
  readonly name?: string | null
  readonly ticket?: string | null
  readonly nonce?: string | null
  readonly client_kind?: ClientKind
  readonly client_version?: string
  readonly label?: string
}

/**
 * By phone number or e-mail address, with a password or with a code.
 *
 * `device_key`: what `LoggedIn` gave this client the last time; guesses by strangers do not slow its owner down.
 */
export interface LogIn {
  readonly phone?: string | null
  readonly email?: string | null
  readonly password?: string | null
  readonly code?: string | null
  readonly device_key?: string | null
  readonly nonce?: string | null
  readonly client_kind?: ClientKind
  readonly client_version?: string
  readonly label?: string
}

/** A new password for a code sent for `reset`. Logs every other device out; answered with `LoggedIn`. */
export interface ResetPassword {
  readonly code: string
  readonly password: string
  readonly phone?: string | null
  readonly email?: string | null
  readonly nonce?: string | null
  readonly client_kind?: ClientKind
  readonly client_version?: string
  readonly label?: string
}

/** A new name; classrooms that knew the account by the old one follow. */
export interface ChangeMe {
  readonly name: string
}

export interface Me {
  readonly id: string
  readonly name: string
  readonly phone: string
}

/** `token` is shown this once; the server keeps only its hash. `device_key` outlives it, for the next log-in. */
export interface LoggedIn {
  readonly token: string
  readonly expires_at: number
  readonly device: string
  readonly device_key: string
  readonly account: Me
}

export interface Device {
  readonly id: string
  readonly client_kind: ClientKind
  readonly client_version: string
  readonly label: string
  readonly created_at: number
  readonly seen_at: number
  readonly is_current: boolean
}

export interface Devices {
  readonly devices: readonly Device[]
}

/** A command over REST: the same road, the same idempotency. Answered with `Done` as a map, or a problem. */
export interface RestCommand {
  readonly id: string
  readonly op: string
  readonly stream: string
  readonly body?: Body
}

export interface CommandDone {
  readonly id: string
  readonly result: Body | null
  readonly seq: number | null
}

/** A past session in the list of 课堂记录 (R92). */
export interface RecordSummary {
  readonly session: string
  readonly number: number
  readonly started_at: number
  readonly ended_at: number
  readonly n_activities: number
}

export interface Records {
  readonly records: readonly RecordSummary[]
  readonly next: string | null
}

/** An activity of a past session and, for students, what they did in it. */
export interface RecordedActivity {
  readonly activity: Activity
  readonly mine: Mine | null
}

export interface Record {
  readonly classroom: string
  readonly classroom_name: string
  readonly session: Session
  readonly ended_at: number
  readonly activities: readonly RecordedActivity[]
}

/** One student's response as staff may see it. `value` is null for an anonymous survey. */
export interface StaffResponse {
  readonly account: string
  readonly name: string
  readonly phase: 'none' | 'saved' | 'submitted'
  readonly value: Body | null
  readonly submitted_at: number | null
  readonly is_auto: boolean
  readonly result: Body | null
}

export interface Responses {
  readonly activity: string
  readonly responses: readonly StaffResponse[]
}

/** Earlier contributions to a discussion, oldest first; `has_more`: there are still earlier ones. */
export interface Posts {
  readonly activity: string
  readonly posts: readonly Post[]
  readonly has_more: boolean
}

export interface UploadedFile {
  readonly id: string
  readonly name: string
  readonly content_type: string
  readonly size_bytes: number
  readonly sha256: string
}

/** A link that works without the app's token until `expires_at`. */
export interface FileLink {
  readonly url: string
  readonly expires_at: number
}

/** `public_url`: where browsers reach the server; a machine's own address where the operator named none. */
export interface ServerInfo {
  readonly name: string
  readonly version: string
  readonly server_time: number
  readonly public_url: string
}

/** application/problem+json with our code, both languages and whether to try again. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly zh: string
  readonly en: string
  readonly retry: boolean
  readonly request_id: string
  readonly retry_after_s: number | null
  readonly data: { readonly [key: string]: string | number } | null
}

/** What one did in the run that the classroom belongs to. Units and time: see `LearnerReport`. */
export interface OnlinePart {
  readonly is_enrolled: boolean
  readonly n_completed: number
  readonly studied_ms: number
}

/**
 * One student over all sessions, in class and online (R60).
 *
 * `n_answers`: activities answered; `online` is null where the classroom belongs to no run, and for staff who do not
 * teach the run's course.
 */
export interface StudentOverview {
  readonly account: string
  readonly name: string
  readonly n_answers: number
  readonly n_posts: number
  readonly online: OnlinePart | null
}

/**
 * The records of a classroom and of its run in one. A student finds only their own row. `n_answerable`: published
 * activities that take answers; `n_units`: published units of the run.
 */
export interface ClassOverview {
  readonly linked: LinkedRun | null
  readonly n_sessions: number
  readonly n_answerable: number
  readonly n_units: number
  readonly students: readonly StudentOverview[]
  readonly next: string | null
}

/** A classroom that belongs to a run. `is_mine`: the caller is of its staff, and may open its records. */
export interface RunClassroom {
  readonly classroom: string
  readonly name: string
  readonly n_members: number
  readonly n_sessions: number
  readonly is_mine: boolean
}

export interface RunClassrooms {
  readonly classrooms: readonly RunClassroom[]
}

/** What is marked red in the form is required here; saving publishes the personal page (R6). */
export interface SaveProfile {
  readonly real_name: string
  readonly occupation: 'other' | 'student' | 'teacher'
  readonly gender?: 'female' | 'male' | null
  readonly region?: string
  readonly school_text?: string
  readonly introduction?: string
}

/** The owner's own view. Nothing was saved yet: `published_at` is null, required fields are empty. */
export interface Profile {
  readonly real_name: string
  readonly occupation: 'other' | 'student' | 'teacher' | null
  readonly gender: 'female' | 'male' | null
  readonly region: string
  readonly school_text: string
  readonly introduction: string
  readonly published_at: number | null
}

/** `real_name` is for the owner and for staff of a classroom the person is in; null to everybody else. */
export interface PersonalPage {
  readonly id: string
  readonly name: string
  readonly real_name: string | null
  readonly occupation: 'other' | 'student' | 'teacher'
  readonly gender: 'female' | 'male' | null
  readonly region: string
  readonly school_text: string
  readonly introduction: string
  readonly published_at: number
}

/**
 * That it is still the owner: the password, or a code sent for `confirm` to one of their own addresses.
 *
 * Only an account without password and address needs neither, for ten minutes after a log-in.
 */
export interface Proof {
  readonly password?: string | null
  readonly code?: string | null
  readonly code_to?: 'email' | 'phone'
}

/** One login method. `shown`: the masked address; empty for another's service. */
export interface Identity {
  readonly provider: 'email' | 'phone' | 'qq' | 'wechat' | 'weibo'
  readonly shown: string
  readonly bound_at: number
}

/**
 * `needs_second`: with one method alone a lost number is a lost account (R17).
 *
 * `providers`: what this deployment can bind.
 */
export interface Identities {
  readonly identities: readonly Identity[]
  readonly needs_second: boolean
  readonly has_password: boolean
  readonly providers: readonly ('email' | 'phone' | 'qq' | 'wechat' | 'weibo')[]
}

/** A code for `confirm` to the account's own phone or e-mail. */
export interface RequestConfirmCode {
  readonly to?: 'email' | 'phone'
}

/** A code for `bind` to the address that is to be bound. */
export interface RequestBindCode {
  readonly provider: 'email' | 'phone'
  readonly address: string
}

export interface BindAddress {
  readonly provider: 'email' | 'phone'
  readonly address: string
  readonly code: string
  readonly proof: Proof
}

/** Takes a login method off; the other devices are logged out. The last one stays (R13). */
export interface Unbind {
  readonly provider: 'email' | 'phone' | 'qq' | 'wechat' | 'weibo'
  readonly proof: Proof
}

/** A new number in the place of the old; `code` was sent to it for `bind`. The other devices are logged out. */
export interface ChangePhone {
  readonly phone: string
  readonly code: string
  readonly proof: Proof
}

/** The other devices are logged out. */
export interface ChangePassword {
  readonly password: string
  readonly proof: Proof
}

/** 注销: no log-in any more; what was learnt and the login methods stay as they are (R36, R37). */
export interface CloseAccount {
  readonly proof: Proof
}

export interface OAuthProviders {
  readonly providers: readonly ('qq' | 'wechat' | 'weibo')[]
}

export interface BeginOAuth {
  readonly provider: 'qq' | 'wechat' | 'weibo'
}

export interface BeginBinding {
  readonly provider: 'qq' | 'wechat' | 'weibo'
  readonly proof: Proof
}

/** Where to send the browser. The answer sets a cookie without which what comes back is refused. */
export interface OAuthBegun {
  readonly url: string
}

/** What the other service sent the browser back with. */
export interface FinishOAuth {
  readonly code: string
  readonly state: string
  readonly client_kind?: ClientKind
  readonly client_version?: string
  readonly label?: string
}

/** Logged in, or, when no account has this identity yet, a `ticket` to register with. */
export interface OAuthFinished {
  readonly provider: 'qq' | 'wechat' | 'weibo'
  readonly logged_in: LoggedIn | null
  readonly ticket: string | null
}

export interface FinishBinding {
  readonly code: string
  readonly state: string
}

/** What the caller may do for the platform as a whole; for the menu, since the server asks itself each time. */
export interface PlatformRoles {
  readonly roles: readonly ('operator' | 'ops' | 'support')[]
}

export interface AuditEntry {
  readonly at: number
  readonly actor: string | null
  readonly action: string
}

/** What support sees of an account; looking is itself written down. */
export interface SupportAccount {
  readonly id: string
  readonly name: string
  readonly state: 'active' | 'closed'
  readonly closed_at: number | null
  readonly identities: readonly Identity[]
  readonly audit: readonly AuditEntry[]
}

/** By phone number, or one of the list of closed accounts. Not a query: numbers do not belong into URLs. */
export interface FindAccount {
  readonly phone?: string | null
  readonly account?: string | null
}

/** The phone number is masked; null: it was unbound before. */
export interface ClosedAccount {
  readonly id: string
  readonly name: string
  readonly phone: string | null
  readonly closed_at: number
}

/** Closed last first (R36). */
export interface ClosedAccounts {
  readonly accounts: readonly ClosedAccount[]
  readonly next: string | null
}

/** `reason`: the number of the support case; it goes into the audit log. */
export interface RestoreAccount {
  readonly reason: string
}

/** Without a cloud (学校云) nobody is certified there and nobody needs to be (R27). */
export interface School {
  readonly id: string
  readonly name: string
  readonly has_cloud: boolean
}

export interface Schools {
  readonly schools: readonly School[]
  readonly next: string | null
}

/** School, 学号, real name and 认证码 must all fit one roster entry (R18, R19). */
export interface Certify {
  readonly school: string
  readonly number: string
  readonly name: string
  readonly code: string
}

/** `dissolved_at` null: it holds. `dissolved_by`: the student, the school's admin, or an import of the roster. */
export interface Certification {
  readonly id: string
  readonly school: School
  readonly number: string
  readonly name: string
  readonly certified_at: number
  readonly dissolved_at: number | null
  readonly dissolved_by: 'account' | 'admin' | 'import' | null
}

/** `current` null: 未认证, study yields no school data and no credit (R21). `past`: newest first. */
export interface MyCertification {
  readonly current: Certification | null
  readonly past: readonly Certification[]
}

/** `certification_code`: for every entry without one of its own; null: those cannot certify. */
export interface AdministeredSchool {
  readonly id: string
  readonly name: string
  readonly has_cloud: boolean
  readonly certification_code: string | null
  readonly n_entries: number
  readonly n_certified: number
}

export interface AdministeredSchools {
  readonly schools: readonly AdministeredSchool[]
}

/** The account that a number is certified by (R24). The phone number is masked. */
export interface Holder {
  readonly account: string
  readonly name: string
  readonly phone: string | null
  readonly certified_at: number
}

/** `code`: its own 认证码; null: the school's. */
export interface RosterEntry {
  readonly id: string
  readonly number: string
  readonly name: string
  readonly code: string | null
  readonly added_at: number
  readonly holder: Holder | null
}

export interface Roster {
  readonly entries: readonly RosterEntry[]
  readonly next: string | null
}

export interface PastHolder {
  readonly account: string
  readonly account_name: string
  readonly certified_at: number
  readonly dissolved_at: number | null
  readonly dissolved_by: 'account' | 'admin' | 'import' | null
}

/** Everybody who ever certified this number, newest first, also before the entry was removed and added again. */
export interface RosterEntryHistory {
  readonly entry: RosterEntry
  readonly holders: readonly PastHolder[]
}

export interface AddRosterEntry {
  readonly number: string
  readonly name: string
  readonly code?: string | null
}

/** The whole row as it shall be. A certification of it stays. */
export interface ChangeRosterEntry {
  readonly number: string
  readonly name: string
  readonly code?: string | null
}

/** New 认证码: one for the school, or one for each row (those without one, or all anew). */
export interface IssueCodes {
  readonly which: 'all' | 'missing' | 'school'
}

export interface IssuedCodes {
  readonly n_issued: number
}

/** One file. `why`: the code of what was wrong with the whole of it. `n_done` of `n_total`: the work under way. */
export interface RosterImport {
  readonly id: string
  readonly file_name: string
  readonly is_whole: boolean
  readonly state: 'applied' | 'applying' | 'checked' | 'failed' | 'parsing' | 'undoing' | 'undone'
  readonly why: string | null
  readonly n_rows: number
  readonly n_done: number
  readonly n_total: number
  readonly n_new: number
  readonly n_changed: number
  readonly n_removed: number
  readonly n_errors: number
  readonly created_at: number
  readonly applied_at: number | null
}

export interface RosterImports {
  readonly imports: readonly RosterImport[]
  readonly next: string | null
}

/** What the roster held where the row changes it. */
export interface RosterBefore {
  readonly name: string
  readonly code: string | null
}

/** `row`: as the file numbers it; those that would be removed are numbered on from its last. */
export interface RosterImportRow {
  readonly row: number
  readonly number: string
  readonly name: string
  readonly code: string | null
  readonly change: 'changed' | 'error' | 'new' | 'removed' | 'same'
  readonly error: 'code_bad' | 'name_bad' | 'name_missing' | 'number_as_figure' | 'number_bad' | 'number_missing' | 'number_twice' | null
  readonly before: RosterBefore | null
}

export interface RosterImportRows {
  readonly rows: readonly RosterImportRow[]
  readonly next: string | null
}

/** By the number of an account that is there. `title`: 教授, 讲师, …; who teaches here already gets the new one. */
export interface AddTeacher {
  readonly phone: string
  readonly title?: string
}

/** The phone number is masked. `n_courses`: of this school, which stay theirs when they are no longer listed. */
export interface KeptTeacher {
  readonly account: string
  readonly name: string
  readonly phone: string | null
  readonly title: string
  readonly n_courses: number
  readonly added_at: number
}

/** By name. */
export interface KeptTeachers {
  readonly teachers: readonly KeptTeacher[]
  readonly next: string | null
}

export interface SchoolAuditEntry {
  readonly at: number
  readonly action: string
  readonly actor: string | null
  readonly actor_name: string | null
  readonly account: string | null
  readonly account_name: string | null
  readonly detail: { readonly [key: string]: string | number }
}

export interface SchoolAudit {
  readonly entries: readonly SchoolAuditEntry[]
  readonly next: string | null
}

/** `school_name` null: 未认证 (R25). */
export interface CertifiedMember {
  readonly account: string
  readonly school_name: string | null
}

export interface CertifiedMembers {
  readonly members: readonly CertifiedMember[]
}

/** How far a run is by the clock (R45): `week` of `n_weeks`, 0 before it starts, `n_weeks` after it ended. */
export interface RunTime {
  readonly run: string
  readonly number: number
  readonly starts_at: number
  readonly ends_at: number
  readonly state: 'ended' | 'running' | 'upcoming'
  readonly week: number
  readonly n_weeks: number
}

/**
 * `cover`: an image at `/files/covers/{cover}`, for everybody. `time`: of the run one would join now, else of the
 * last one; null before there is any.
 */
export interface CourseCard {
  readonly id: string
  readonly kind: 'mooc' | 'spoc'
  readonly title: string
  readonly summary: string
  readonly cover: string | null
  readonly school: string
  readonly school_name: string
  readonly teachers: readonly string[]
  readonly n_enrolled: number
  readonly has_password: boolean
  readonly time: RunTime | null
}

export interface CourseCards {
  readonly courses: readonly CourseCard[]
  readonly next: string | null
}

/** `has_moocs`: there is a list to link to (R46). `may_enter`: its SPOCs are open to the caller (R20, R27). */
export interface SchoolHome {
  readonly id: string
  readonly name: string
  readonly introduction: string
  readonly has_cloud: boolean
  readonly has_moocs: boolean
  readonly may_enter: boolean
  readonly n_teachers: number
}

export interface SchoolTeacher {
  readonly account: string
  readonly name: string
  readonly title: string
}

export interface SchoolTeachers {
  readonly teachers: readonly SchoolTeacher[]
  readonly next: string | null
}

/**
 * The page one enrolls from (R44). `joins`: the run that 立即参加 means; null: only 报名下次开课 is left.
 *
 * `enrolled_in`: the caller's newest run of it. `runs` newest first.
 */
export interface CourseIntro {
  readonly card: CourseCard
  readonly introduction: string
  readonly state: 'draft' | 'published'
  readonly runs: readonly RunTime[]
  readonly joins: string | null
  readonly enrolled_in: string | null
  readonly has_wished: boolean
  readonly is_teacher: boolean
}

/** `password`: only where the course asks for one (R43). */
export interface Enroll {
  readonly password?: string | null
}

export interface Enrolled {
  readonly run: string
}

/** One card of 我的课程. `time` is null for a course whose next run is waited for. */
export interface MyCourse {
  readonly course: string
  readonly title: string
  readonly kind: 'mooc' | 'spoc'
  readonly cover: string | null
  readonly school_name: string
  readonly teachers: readonly string[]
  readonly state: 'ended' | 'next_run' | 'running' | 'upcoming'
  readonly time: RunTime | null
  readonly since: number
}

export interface MyCourses {
  readonly courses: readonly MyCourse[]
  readonly next: string | null
}

/**
 * `grading`: percent by quiz, homework, exam and discussion (R51). `counts_for_school`: study here gives the
 * caller's school data and credit (R21).
 */
export interface RunPage {
  readonly run: string
  readonly course: string
  readonly title: string
  readonly kind: 'mooc' | 'spoc'
  readonly school: string
  readonly school_name: string
  readonly role: 'learner' | 'teacher'
  readonly time: RunTime
  readonly grading_text: string
  readonly grading: { readonly [key: string]: number }
  readonly counts_for_school: boolean
}

export interface CourseAnnouncement {
  readonly id: string
  readonly title: string
  readonly text: string
  readonly author_name: string
  readonly at: number
  readonly edited_at: number | null
}

export interface CourseAnnouncements {
  readonly announcements: readonly CourseAnnouncement[]
  readonly next: string | null
}

export interface WriteCourseAnnouncement {
  readonly title: string
  readonly text: string
}

/** What was just made: an announcement, a unit, a topic, a reply. */
export interface Written {
  readonly id: string
}

/** One node of the courseware tree (R50). `text` only for teachers; learners get it when they study the unit. */
export interface CourseUnit {
  readonly id: string
  readonly parent: string | null
  readonly level: 'chapter' | 'lesson' | 'unit'
  readonly title: string
  readonly kind: 'pdf' | 'rich_text' | 'video' | null
  readonly file: string | null
  readonly file_name: string | null
  readonly text: string | null
  readonly duration_ms: number | null
  readonly is_published: boolean
}

/** In the order of the tree's levels and positions: every parent before its children. */
export interface Courseware {
  readonly units: readonly CourseUnit[]
}

/** A chapter has no parent, a lesson a chapter, a unit a lesson. It becomes its parent's last. */
export interface AddUnit {
  readonly level: 'chapter' | 'lesson' | 'unit'
  readonly title: string
  readonly parent?: string | null
  readonly kind?: 'pdf' | 'rich_text' | 'video' | null
  readonly file?: string | null
  readonly text?: string | null
  readonly duration_ms?: number | null
  readonly is_published?: boolean
}

/** What is left out stays. `before`: it moves before this sibling. */
export interface ChangeUnit {
  readonly title?: string | null
  readonly file?: string | null
  readonly text?: string | null
  readonly duration_ms?: number | null
  readonly is_published?: boolean | null
  readonly before?: string | null
}

export interface TaughtRun {
  readonly time: RunTime
  readonly n_enrolled: number
}

/** `n_waiting`: who registered for the next run (R47). `is_owner`: the caller says who else teaches it. */
export interface TaughtCourse {
  readonly card: CourseCard
  readonly introduction: string
  readonly state: 'draft' | 'published'
  readonly is_owner: boolean
  readonly n_waiting: number
  readonly runs: readonly TaughtRun[]
}

export interface TeachingSchool {
  readonly id: string
  readonly name: string
}

/** `schools`: where the caller may open a course. */
export interface TaughtCourses {
  readonly courses: readonly TaughtCourse[]
  readonly schools: readonly TeachingSchool[]
}

/** By a teacher of the school. It begins as a draft. */
export interface CreateCourse {
  readonly school: string
  readonly kind: 'mooc' | 'spoc'
  readonly title: string
  readonly summary?: string
  readonly introduction?: string
}

export interface CreatedCourse {
  readonly course: string
}

/** What is left out stays. */
export interface ChangeCourse {
  readonly title?: string | null
  readonly summary?: string | null
  readonly introduction?: string | null
  readonly state?: 'draft' | 'published' | null
}

/** Null clears it (R43). Who is enrolled stays. */
export interface SetCoursePassword {
  readonly password: string | null
}

/** `title`: at the course's school. */
export interface CourseTeacher {
  readonly account: string
  readonly name: string
  readonly title: string
  readonly is_owner: boolean
}

/** As cards name them: the owner first. */
export interface CourseTeachers {
  readonly teachers: readonly CourseTeacher[]
}

/** Who waited for the next run is enrolled in it. */
export interface CreateRun {
  readonly starts_at: number
  readonly ends_at: number
}

/** What is left out stays. The weights of `grading` make 100 together, or there is none. */
export interface ChangeRun {
  readonly starts_at?: number | null
  readonly ends_at?: number | null
  readonly grading_text?: string | null
  readonly grading?: { readonly [key: string]: number } | null
}

/** `number`: the 学号, of those the course's school has certified; else null (未认证, R25). `dropped_at`: R49. */
export interface CourseLearner {
  readonly account: string
  readonly name: string
  readonly number: string | null
  readonly enrolled_at: number
  readonly dropped_at: number | null
}

export interface CourseLearners {
  readonly learners: readonly CourseLearner[]
  readonly next: string | null
}

export interface RunStatistics {
  readonly n_enrolled: number
  readonly n_certified: number
  readonly n_dropped: number
  readonly n_topics: number
  readonly n_replies: number
  readonly n_units: number
}

/** `title` is empty and `text` null once it was removed, although somebody replied. `may_remove`: by the caller. */
export interface Topic {
  readonly id: string
  readonly run: string
  readonly title: string
  readonly text: string | null
  readonly author_name: string
  readonly is_teacher: boolean
  readonly at: number
  readonly replied_at: number
  readonly n_replies: number
  readonly may_remove: boolean
}

export interface Topics {
  readonly topics: readonly Topic[]
  readonly next: string | null
}

/** `parent`: the reply it comments on; null: it replies to the topic. */
export interface TopicReply {
  readonly id: string
  readonly parent: string | null
  readonly text: string | null
  readonly author_name: string
  readonly is_teacher: boolean
  readonly at: number
  readonly may_remove: boolean
}

/** Oldest first. */
export interface TopicReplies {
  readonly replies: readonly TopicReply[]
  readonly next: string | null
}

export interface WriteTopic {
  readonly title: string
  readonly text: string
}

export interface WriteReply {
  readonly text: string
  readonly parent?: string | null
}

/** Some seconds of study, by the client's clock. The same `client_id` counts once, however often it comes (R56). */
export interface StudySpan {
  readonly client_id: string
  readonly unit: string
  readonly starts_at: number
  readonly ends_at: number
  readonly position_ms: number
  readonly is_offline: boolean
}

/** `sent_at`: what the client's clock says now, so that a wrong one is put right. */
export interface StudyUpload {
  readonly sent_at: number
  readonly spans: readonly StudySpan[]
}

/** Every span that was sent is answered here and need not be sent again; 0 for what may not count. */
export interface CountedSpan {
  readonly client_id: string
  readonly counted_ms: number
}

/** How far one is in a unit. `completed_at`: its circle is green. */
export interface Progress {
  readonly unit: string
  readonly position_ms: number
  readonly studied_ms: number
  readonly completed_at: number | null
}

export interface StudyCounted {
  readonly spans: readonly CountedSpan[]
  readonly progress: readonly Progress[]
}

/** One's own progress in a run. `is_certified`: whether the school counts it (R21); null where that is no matter. */
export interface RunProgress {
  readonly progress: readonly Progress[]
  readonly studied_ms: number
  readonly n_units: number
  readonly n_completed: number
  readonly is_certified: boolean | null
}

/** `url` works without a token for some minutes, with Range. A video is for playing, not for saving (R53). */
export interface StudyFile {
  readonly id: string
  readonly name: string
  readonly content_type: string
  readonly size_bytes: number
  readonly url: string
  readonly expires_at: number
}

/** A unit to be studied. `next`: the unit after it. */
export interface StudyUnit {
  readonly id: string
  readonly run: string
  readonly course_title: string
  readonly title: string
  readonly kind: 'pdf' | 'rich_text' | 'video'
  readonly text: string | null
  readonly duration_ms: number | null
  readonly file: StudyFile | null
  readonly progress: Progress
  readonly next: string | null
}

/** A whole assessment as its teacher writes it. `questions` as those of an exercise. */
export interface WriteAssessment {
  readonly kind: 'exam' | 'homework' | 'quiz'
  readonly title: string
  readonly opens_at: number
  readonly due_at: number
  readonly questions?: readonly Body[]
  readonly intro?: string
  readonly unit?: string | null
  readonly n_attempts?: number
  readonly time_limit_s?: number | null
  readonly is_published?: boolean
}

/** `questions`: with keys for the teacher alone; for a learner none before the attempt, whose own they are. */
export interface Assessment {
  readonly id: string
  readonly run: string
  readonly unit: string | null
  readonly kind: 'exam' | 'homework' | 'quiz'
  readonly title: string
  readonly intro: string
  readonly opens_at: number
  readonly due_at: number
  readonly n_attempts: number
  readonly time_limit_s: number | null
  readonly is_published: boolean
  readonly n_questions: number
  readonly of_points: number
  readonly questions: readonly Body[] | null
  readonly n_taken: number
  readonly open_attempt: string | null
  readonly last_attempt: string | null
  readonly best_points: number | null
  readonly n_attempted: number | null
  readonly n_to_mark: number | null
}

export interface Assessments {
  readonly is_teacher: boolean
  readonly assessments: readonly Assessment[]
}

/** `rev`: which state of the attempt this was written on. An older one is refused: no device undoes another. */
export interface SaveAttempt {
  readonly answers: readonly unknown[]
  readonly rev: number
}

export interface SubmitAttempt {
  readonly answers: readonly unknown[]
}

/** `is_right` and `points` null: it waits for the teacher. */
export interface AttemptMark {
  readonly is_right: boolean | null
  readonly points: number | null
  readonly remark: string
}

/**
 * One taking. `questions` without keys, until nobody takes the assessment any more; `marks` not before that.
 *
 * `points`: null where they may not be seen yet. `now`: the server's time, to count down by.
 */
export interface Attempt {
  readonly id: string
  readonly assessment: string
  readonly kind: 'exam' | 'homework' | 'quiz'
  readonly title: string
  readonly account: string
  readonly name: string
  readonly number: number
  readonly state: 'graded' | 'open' | 'submitted'
  readonly questions: readonly Body[]
  readonly answers: readonly unknown[]
  readonly rev: number
  readonly started_at: number
  readonly ends_at: number
  readonly submitted_at: number | null
  readonly is_auto: boolean
  readonly points: number | null
  readonly of_points: number
  readonly marks: readonly AttemptMark[] | null
  readonly now: number
}

export interface AttemptSaved {
  readonly rev: number
}

export interface AttemptSummary {
  readonly id: string
  readonly account: string
  readonly name: string
  readonly number: number
  readonly state: 'graded' | 'open' | 'submitted'
  readonly submitted_at: number | null
  readonly is_auto: boolean
  readonly points: number | null
  readonly of_points: number | null
}

export interface AttemptPage {
  readonly attempts: readonly AttemptSummary[]
  readonly next: string | null
}

export interface GivenMark {
  readonly points: number | null
  readonly remark: string
}

/** A teacher's marks by number of the question, from "0"; those given before stay where none is given now. */
export interface MarkAttempt {
  readonly marks: { readonly [key: string]: GivenMark }
}

/** `weight` in percent; `share` of what could be made so far, from 0 to 1. */
export interface GradePart {
  readonly kind: string
  readonly weight: number
  readonly share: number | null
}

/** The grading policy applied (R51). `percent` is of what could be made so far. */
export interface Grade {
  readonly percent: number | null
  readonly parts: readonly GradePart[]
}

/** `is_certified`: see `RunProgress`. `offline_ms`: how much of the study time was synced later (R56). */
export interface LearnerReport {
  readonly account: string
  readonly name: string
  readonly is_certified: boolean | null
  readonly studied_ms: number
  readonly offline_ms: number
  readonly n_completed: number
  readonly last_studied_at: number | null
  readonly percent: number | null
}

export interface RunReport {
  readonly learners: readonly LearnerReport[]
  readonly n_units: number
  readonly n_learners: number
  readonly next: string | null
}

/** Newest first, with their whole texts. `next`: the `after` of the next page; null: that was all. */
export interface InboxPage {
  readonly items: readonly InboxItem[]
  readonly unread: { readonly [key: string]: number }
  readonly next: string | null
}

/** `to_id`: the school, course or run; null when it is for all. */
export interface NewPush {
  readonly to_kind: 'all' | 'course' | 'run' | 'school'
  readonly to_id?: string | null
  readonly title: string
  readonly text?: string
  readonly source?: Source | null
}

/**
 * One message to many and how far it got. `n_told`: who has it already. `to_name`: of the school or course.
 *
 * `n_all`: how many it was for when it began, with closed accounts, who are left out.
 */
export interface Push {
  readonly id: string
  readonly author: string | null
  readonly to_kind: 'all' | 'course' | 'run' | 'school'
  readonly to_id: string | null
  readonly to_name: string | null
  readonly kind: ItemKind
  readonly title: string
  readonly text: string
  readonly source: Source | null
  readonly state: 'sending' | 'sent' | 'stopped'
  readonly n_told: number
  readonly n_all: number | null
  readonly created_at: number
}

/** A school, or a course with its school's name. */
export interface PushTarget {
  readonly id: string
  readonly name: string
  readonly school_name: string | null
}

/** The first that fit. */
export interface PushTargets {
  readonly targets: readonly PushTarget[]
}

/** Newest first. */
export interface Pushes {
  readonly pushes: readonly Push[]
  readonly next: string | null
}

/** Older clients of the kind are told to update (R7). */
export interface LeastVersion {
  readonly kind: ClientKind
  readonly version: string
}

/** Connections open now, on all nodes. `version` "other": the rare ones of all kinds together. */
export interface ClientCount {
  readonly kind: ClientKind
  readonly version: string
  readonly n_connections: number
}

/** `clients`: most connections first; `n_nodes`: how many nodes told theirs. */
export interface Clients {
  readonly least_versions: readonly LeastVersion[]
  readonly clients: readonly ClientCount[]
  readonly n_nodes: number
}

/** Who signs later than `late_after_s` after the opening is late; without it nobody is. */
export interface CheckInConfig {
  readonly v: 1
  readonly late_after_s: number | null
}

export interface CheckInState {
  readonly v: 1
}

/** Signing says nothing but that one is here. */
export interface CheckInValue {
  readonly v: 1
}

/** Everybody once. `present` and `late` in the order of signing; `waiting` have not signed yet. */
export interface CheckInLists {
  readonly present: readonly string[]
  readonly late: readonly string[]
  readonly excused: readonly string[]
  readonly absent: readonly string[]
  readonly waiting: readonly string[]
}

/** `lists` is for staff; the screen has the counts alone. */
export interface CheckInTally {
  readonly v: 1
  readonly n_students: number
  readonly n_present: number
  readonly n_late: number
  readonly n_excused: number
  readonly n_absent: number
  readonly n_waiting: number
  readonly lists: CheckInLists | null
}

export interface CheckInResult {
  readonly v: 1
  readonly status: 'absent' | 'excused' | 'late' | 'present'
}

export interface CheckInCorrection {
  readonly v: 1
  readonly status: 'absent' | 'excused' | 'late' | 'present'
}

/** One of `options` is right: number `key`, from 0. */
export interface SingleQuestion {
  readonly type: 'single'
  readonly text: string
  readonly options: readonly string[]
  readonly key: number | null
  readonly points: number
  readonly explanation: string
}

/** Exactly the options of `key` are right. */
export interface MultipleQuestion {
  readonly type: 'multiple'
  readonly text: string
  readonly options: readonly string[]
  readonly key: readonly number[] | null
  readonly points: number
  readonly explanation: string
}

export interface TrueFalseQuestion {
  readonly type: 'true_false'
  readonly text: string
  readonly key: boolean | null
  readonly points: number
  readonly explanation: string
}

/** `key` holds the accepted answers of each blank. `n_blanks` is set by the server. */
export interface FillInQuestion {
  readonly type: 'fill_in'
  readonly text: string
  readonly n_blanks: number
  readonly key: readonly (readonly string[])[] | null
  readonly points: number
  readonly explanation: string
}

/** Graded by the teacher. `key` is an answer to compare with, if the teacher likes. */
export interface ShortTextQuestion {
  readonly type: 'short_text'
  readonly text: string
  readonly key: string | null
  readonly points: number
  readonly explanation: string
}

/**
 * `half_points`: part of a multiple choice without a wrong option is worth half. `reveal_key`: after the close
 * students see keys and explanations; before it they never do.
 */
export interface ExerciseConfig {
  readonly v: 1
  readonly questions: readonly (SingleQuestion | MultipleQuestion | TrueFalseQuestion | FillInQuestion | ShortTextQuestion)[]
  readonly time_limit_s: number | null
  readonly half_points: boolean
  readonly reveal_key: boolean
}

export interface ExerciseState {
  readonly v: 1
}

/** In the order of the questions; null, or missing at the end, is not answered. */
export interface ExerciseValue {
  readonly v: 1
  readonly answers: readonly (boolean | number | string | readonly (number | string)[] | null)[]
}

export interface FillInCount {
  readonly text: string
  readonly n: number
}

/**
 * Of those who submitted. `options`: how often each was chosen (for true or false: true, then false).
 *
 * `top`: the most frequent answers to each blank, staff only.
 */
export interface ExerciseQuestionTally {
  readonly n_answered: number
  readonly n_right: number
  readonly n_ungraded: number
  readonly points: number
  readonly options: readonly number[] | null
  readonly top: readonly (readonly FillInCount[])[] | null
}

/** `points` is the average of those who submitted. The screen sees it and `questions` only after the close. */
export interface ExerciseTally {
  readonly v: 1
  readonly n_students: number
  readonly n_saved: number
  readonly n_submitted: number
  readonly points: number | null
  readonly max_points: number
  readonly questions: readonly ExerciseQuestionTally[]
}

/** Both null: to be graded by the teacher. */
export interface ExerciseMark {
  readonly is_right: boolean | null
  readonly points: number | null
}

/** One's own, after submitting. `n_ungraded` questions wait for the teacher; `points` counts what is marked. */
export interface ExerciseResult {
  readonly v: 1
  readonly points: number
  readonly max_points: number
  readonly n_ungraded: number
  readonly marks: readonly ExerciseMark[]
}

/** Points given by the teacher, by number of the question from "0". Those given before stay. */
export interface ExerciseCorrection {
  readonly v: 1
  readonly points: { readonly [key: string]: number }
}

export interface SurveySingle {
  readonly type: 'single'
  readonly text: string
  readonly options: readonly string[]
  readonly is_required: boolean
}

export interface SurveyMultiple {
  readonly type: 'multiple'
  readonly text: string
  readonly options: readonly string[]
  readonly is_required: boolean
}

/** From 1 to `most`. */
export interface SurveyRating {
  readonly type: 'rating'
  readonly text: string
  readonly most: 5 | 10
  readonly is_required: boolean
}

export interface SurveyText {
  readonly type: 'text'
  readonly text: string
  readonly is_required: boolean
}

export interface SurveyConfig {
  readonly v: 1
  readonly questions: readonly (SurveySingle | SurveyMultiple | SurveyRating | SurveyText)[]
  readonly is_anonymous: boolean
}

/** `is_shown`: students and the screen see the results (verbs `show_results`, `hide_results`). */
export interface SurveyState {
  readonly v: 1
  readonly is_shown: boolean
}

/** In the order of the questions; null, or missing at the end, is not answered. */
export interface SurveyValue {
  readonly v: 1
  readonly answers: readonly (number | readonly number[] | string | null)[]
}

/**
 * `options`: how often each was chosen; of a rating, from 1 on. `average`: of a rating. `texts`: staff only,
 * sorted, and only the first of very many; `n_answered` counts them all.
 */
export interface SurveyQuestionTally {
  readonly n_answered: number
  readonly options: readonly number[] | null
  readonly average: number | null
  readonly texts: readonly string[] | null
}

/** `is_withheld`: too few answered an anonymous survey to say what they said; `questions` is empty then. */
export interface SurveyTally {
  readonly v: 1
  readonly n_students: number
  readonly n_answers: number
  readonly is_withheld: boolean
  readonly questions: readonly SurveyQuestionTally[]
}

/** `text` says more about the topic, which is the title. */
export interface DiscussionConfig {
  readonly v: 1
  readonly text: string
}

export interface DiscussionState {
  readonly v: 1
}

/** `image` is the id of an uploaded file of this classroom. */
export interface AnnouncementConfig {
  readonly v: 1
  readonly text: string
  readonly image: string | null
}

export interface AnnouncementState {
  readonly v: 1
}

/** One of the two: `markdown`, or `file`, the id of an uploaded PDF of this classroom. */
export interface LessonPlanConfig {
  readonly v: 1
  readonly markdown: string
  readonly file: string | null
}

export interface LessonPlanState {
  readonly v: 1
}

export type FromClient =
  | Hello
  | Command
  | Pong
  | Attach
  | Detach
  | Refresh
  | Hint

export type FromServer =
  | Welcome
  | Done
  | RefusedReply
  | Event
  | Snapshot
  | Gauge
  | Signal
  | Ping
  | Reconnect
  | Gone
  | Attached
  | Fault

export interface Commands {
  'account.rename': RenameAccount
  'classroom.create': CreateClassroom
  'classroom.join': JoinClassroom
  'inbox.read': ReadItems
  'inbox.read_all': ReadAllItems
  'classroom.rename': RenameClassroom
  'classroom.link': LinkClassroom
  'classroom.reset_code': ResetCode
  'classroom.open_code': OpenCode
  'classroom.close_code': CloseCode
  'classroom.leave': LeaveClassroom
  'member.kick': KickMember
  'member.set_role': SetRole
  'member.rename': RenameMember
  'member.show': ShowMember
  'session.start': StartSession
  'session.end': EndSession
  'activity.draft': DraftActivity
  'activity.discard': DiscardActivity
  'activity.publish': PublishActivity
  'activity.extend': ExtendActivity
  'activity.close': CloseActivity
  'activity.act': ActOnActivity
  'activity.post': AddPost
  'activity.remove_post': RemovePost
  'response.save': SaveResponse
  'response.submit': SubmitResponse
  'response.correct': CorrectResponse
}

export interface Events {
  'account.renamed': AccountRenamed
  'membership.begun': MembershipBegun
  'membership.changed': MembershipChanged
  'membership.ended': MembershipEnded
  'inbox.added': InboxAdded
  'inbox.read': InboxRead
  'inbox.all_read': InboxAllRead
  'classroom.renamed': ClassroomRenamed
  'classroom.linked': ClassroomLinked
  'classroom.code_changed': CodeChanged
  'member.joined': MemberJoined
  'member.changed': MemberChanged
  'member.left': MemberLeft
  'member.shown': MemberShown
  'session.started': SessionStarted
  'session.ended': SessionEnded
  'activity.drafted': ActivityDrafted
  'activity.discarded': ActivityDiscarded
  'activity.published': ActivityPublished
  'activity.extended': ActivityExtended
  'activity.changed': ActivityChanged
  'activity.closed': ActivityClosed
  'activity.posted': PostAdded
  'activity.post_removed': PostRemoved
  'response.corrected': ResponseCorrected
}

export interface Gauges {
  'delivery': Delivery
  'mine': Mine
}

export interface Snapshots {
  'account': AccountState
  'classroom': ClassroomState
}

export interface Kinds {
  check_in: { config: CheckInConfig; state: CheckInState; value: CheckInValue; tally: CheckInTally; result: CheckInResult; correction: CheckInCorrection; verb: never }
  exercise: { config: ExerciseConfig; state: ExerciseState; value: ExerciseValue; tally: ExerciseTally; result: ExerciseResult; correction: ExerciseCorrection; verb: never }
  survey: { config: SurveyConfig; state: SurveyState; value: SurveyValue; tally: SurveyTally; result: null; correction: null; verb: 'show_results' | 'hide_results' }
  discussion: { config: DiscussionConfig; state: DiscussionState; value: null; tally: null; result: null; correction: null; verb: never }
  announcement: { config: AnnouncementConfig; state: AnnouncementState; value: null; tally: null; result: null; correction: null; verb: never }
  lesson_plan: { config: LessonPlanConfig; state: LessonPlanState; value: null; tally: null; result: null; correction: null; verb: 'send' }
}
