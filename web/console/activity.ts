// The contract between the console and the component of one kind; see "An activity kind" in README.md.
import { defineAsyncComponent, type Component } from 'vue'
import type { Activity, Body, Member, StaffResponse } from '@/client/wire'
import { kindOf } from '@/use/kinds'

/** What staff can do with a published activity. Each resolves after commit and rejects with a `Refusal`. */
export interface StaffSend {
  /** A verb of the kind, for instance `show_results`. */
  act(verb: string, value?: Body): Promise<void>
  correct(account: string, correction: Body, reason?: string): Promise<void>
  post(text: string, replyTo?: string): Promise<void>
  removePost(post: string): Promise<void>
}

/** Edits the config of a draft. Starts from `{}` for a new one and tells every change with `update:config`. */
export interface ComposerProps {
  part: 'composer'
  config: Body
  /** For uploads. */
  classroom: string
  activity?: undefined
  tally?: undefined
  now?: undefined
  members?: undefined
  me?: undefined
  responses?: undefined
  send?: undefined
  endedAt?: undefined
  nMembers?: undefined
}

/** Results while the activity runs and after it closed, in the panel at the right: about 400 px wide. */
export interface LiveProps {
  part: 'live'
  activity: Activity
  /** Staff's count. After the close it is the final one; null until the first answer was counted. */
  tally: Body | null
  /** Server time, moving each second. */
  now: number
  members: readonly Member[]
  me: string
  /** Every student's response, asked for anew at each call. */
  responses: () => Promise<readonly StaffResponse[]>
  send: StaffSend
  /** When class ended, in the record: verbs that need it are refused. */
  endedAt?: number | undefined
  config?: undefined
  classroom?: undefined
  nMembers?: undefined
}

/** The same for the wall: no names, no controls, readable from the last row. */
export interface ProjectorProps {
  part: 'projector'
  activity: Activity
  /** What the screen may see of the count. */
  tally: Body | null
  now: number
  nMembers: number
  config?: undefined
  classroom?: undefined
  members?: undefined
  me?: undefined
  responses?: undefined
  send?: undefined
  endedAt?: undefined
}

// Each part names the others' props as absent: Vue would take them all for required otherwise.
export type ConsoleActivityProps = ComposerProps | LiveProps | ProjectorProps

/** `problem`: why the draft cannot be published yet, in the reader's language; null when it can. */
export interface ConsoleActivityEmits {
  'update:config': [config: Body]
  problem: [why: string | null]
}

const found = import.meta.glob<{ default: Component }>('./activities/*.vue')
const components = new Map(
  Object.entries(found).map(([path, load]) => [kindOf(path), defineAsyncComponent(() => load())] as const),
)

/** undefined for a kind newer than this console. */
export function activityComponent(kind: string): Component | undefined {
  return components.get(kind)
}
