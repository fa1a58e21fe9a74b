// Lesson plan (教案) as server/core/activities/lesson_plan.py declares it: a text or a PDF, never both.
export interface LessonPlanConfig {
  v?: 1
  markdown: string
  /** The id of an uploaded PDF. */
  file: string | null
}

export const MARKDOWN_CHARS = 20_000
