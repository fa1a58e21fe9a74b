// Discussion (讨论) as server/core/activities/discussion.py declares it.
export interface DiscussionConfig {
  v?: 1
  text: string
}

export const POST_CHARS = 2_000
