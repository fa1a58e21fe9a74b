// What a lesson plan's bodies mean; the types are generated from the declarations.
export type { LessonPlanConfig } from '@/client/generated/messages'

export const MARKDOWN_CHARS = 20_000
