// What a discussion's bodies mean; the types are generated from the declarations.
export type { DiscussionConfig } from '@/client/generated/messages'

export const POST_CHARS = 2_000
