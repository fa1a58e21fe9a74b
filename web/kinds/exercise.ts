// Exercise (练习) as server/core/activities/exercise.py and question.py declare it.
interface Asked {
  text: string
  points: number
  explanation: string
}

export interface SingleQuestion extends Asked {
  type: 'single'
  options: readonly string[]
  key: number | null
}

export interface MultipleQuestion extends Asked {
  type: 'multiple'
  options: readonly string[]
  key: readonly number[] | null
}

export interface TrueFalseQuestion extends Asked {
  type: 'true_false'
  key: boolean | null
}

export interface FillInQuestion extends Asked {
  type: 'fill_in'
  n_blanks: number
  /** The accepted answers of each blank. */
  key: readonly (readonly string[])[] | null
}

export interface ShortTextQuestion extends Asked {
  type: 'short_text'
  key: string | null
}

export type Question = SingleQuestion | MultipleQuestion | TrueFalseQuestion | FillInQuestion | ShortTextQuestion
export type QuestionType = Question['type']

export const QUESTION_TYPES: readonly QuestionType[] = ['single', 'multiple', 'true_false', 'fill_in', 'short_text']

export interface ExerciseConfig {
  v?: 1
  questions: readonly Question[]
  time_limit_s: number | null
  half_points: boolean
  reveal_key: boolean
}

/** By type: an option, options, true or false, a text for each blank, a text. null: not answered. */
export type Answer = boolean | number | string | readonly (number | string)[] | null

export interface ExerciseValue {
  v?: 1
  answers: readonly Answer[]
}

/** Both null: to be graded by the teacher. */
export interface ExerciseMark {
  is_right: boolean | null
  points: number | null
}

export interface ExerciseResult {
  points: number
  max_points: number
  n_ungraded: number
  marks: readonly ExerciseMark[]
}

export interface FillInCount {
  text: string
  n: number
}

export interface ExerciseQuestionTally {
  n_answered: number
  n_right: number
  n_ungraded: number
  points: number
  options: readonly number[] | null
  top: readonly (readonly FillInCount[])[] | null
}

export interface ExerciseTally {
  n_students: number
  n_saved: number
  n_submitted: number
  points: number | null
  max_points: number
  questions: readonly ExerciseQuestionTally[]
}

export const QUESTION_WORDS = {
  zh: { single: '单选', multiple: '多选', true_false: '判断', fill_in: '填空', short_text: '简答', yes: '对', no: '错' },
  en: {
    single: 'Single choice',
    multiple: 'Multiple choice',
    true_false: 'True or false',
    fill_in: 'Fill in',
    short_text: 'Short answer',
    yes: 'True',
    no: 'False',
  },
}

/** Whether nothing is left to answer; a fill-in needs all its blanks. */
export function isAnswered(question: Question, answer: Answer): boolean {
  if (answer === null) return false
  if (typeof answer === 'string') return answer.trim() !== ''
  if (typeof answer !== 'object') return true
  if (question.type !== 'fill_in') return answer.length > 0
  return answer.length === question.n_blanks && answer.every((text) => String(text).trim() !== '')
}

/** Points without needless zeros: 2, 0.5. */
export function pointsText(points: number): string {
  return String(Math.round(points * 100) / 100)
}

/** A, B, C … */
export function letter(option: number): string {
  return String.fromCharCode(65 + option)
}
