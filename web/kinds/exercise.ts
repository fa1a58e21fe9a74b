// What an exercise's bodies mean to both its components; the types are generated from the declarations.
import type { ExerciseConfig, ExerciseValue } from '@/client/generated/messages'

export type {
  ExerciseConfig,
  ExerciseCorrection,
  ExerciseMark,
  ExerciseQuestionTally,
  ExerciseResult,
  ExerciseTally,
  ExerciseValue,
} from '@/client/generated/messages'

export type Question = ExerciseConfig['questions'][number]
export type QuestionType = Question['type']
/** By type: an option, options, true or false, a text for each blank, a text. null: not answered. */
export type Answer = ExerciseValue['answers'][number]

export const QUESTION_TYPES: readonly QuestionType[] = ['single', 'multiple', 'true_false', 'fill_in', 'short_text']

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
