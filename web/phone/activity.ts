// The contract between the phone and the component of one kind; see "An activity kind" in README.md.
import { defineAsyncComponent, type Component } from 'vue'
import type { Activity, Body, Mine } from '@/client/wire'
import { kindOf } from '@/use/kinds'
import type { Typing } from '@/use/typing'

/** What a student can do in an activity. Each resolves after commit and rejects with a `Refusal`. */
export interface StudentSend {
  /** Keep what is typed so far; sent at once, so call it when the typing pauses. */
  save(value: Body): Promise<void>
  submit(value: Body): Promise<void>
  post(text: string, replyTo?: string): Promise<void>
  removePost(post: string): Promise<void>
  /** That one is typing, and that others are. */
  typing: Typing
}

export interface PhoneActivityProps {
  activity: Activity
  /** The own response; null: none yet. */
  mine: Mine | null
  /** What this reader may see of the count; null: nothing. After the close it is the final one. */
  tally: Body | null
  /** Server time, moving each second. */
  now: number
  /** The reader's account. */
  me: string
  /** null in the record, where nothing can be done any more. */
  send: StudentSend | null
}

const found = import.meta.glob<{ default: Component }>('./activities/*.vue')
const components = new Map(
  Object.entries(found).map(([path, load]) => [kindOf(path), defineAsyncComponent(() => load())] as const),
)

/** undefined for a kind newer than this client. */
export function activityComponent(kind: string): Component | undefined {
  return components.get(kind)
}
