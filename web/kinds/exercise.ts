// What an exercise's bodies mean to both its components; the types are generated from the declarations.
import type { ExerciseConfig, ExerciseValue } from '@/client/generated/messages'
import { checkNotNone, checkOptions, checkText, problem, type Problem } from '@/kinds/problem'
import type { Writable } from '@/kinds/read'

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

/** The colour of a share of right answers, in percent. */
export function toneOf(share: number): 'good' | 'warn' | 'bad' {
  if (share >= 80) return 'good'
  return share >= 50 ? 'warn' : 'bad'
}

/** A, B, C … */
export function letter(option: number): string {
  return String.fromCharCode(65 + option)
}

export const QUESTIONS = 50
export const OPTIONS = 10
export const BLANKS = 10

/** What the server would say of it at publishing (server/core/activities/question.py). */
export function checkExercise(config: ExerciseConfig): Problem[] {
  return [...checkNotNone(config.questions), ...config.questions.flatMap((each, index) => checkQuestion(each, `questions.${index}`))]
}

function checkQuestion(question: Question, place: string): Problem[] {
  const text = checkText(question.text, place)
  switch (question.type) {
    case 'single':
      return [...text, ...checkOptions(question.options, place), ...checkKey(question.key === null, place)]
    case 'multiple':
      return [...text, ...checkOptions(question.options, place), ...checkKey(!question.key?.length, place)]
    case 'true_false':
      return [...text, ...checkKey(question.key === null, place)]
    case 'fill_in':
      return [...text, ...checkBlanks(question.key ?? [], place)]
    case 'short_text':
      return text
  }
}

function checkKey(isMissing: boolean, place: string): Problem[] {
  return isMissing ? [problem(`${place}.key`, '请选择正确答案', 'Mark the right answer')] : []
}

function checkBlanks(key: readonly (readonly string[])[], place: string): Problem[] {
  if (key.length === 0) return [problem(`${place}.key`, '请至少添加一个空', 'Add at least one blank')]
  return key.flatMap((accepted, index) =>
    accepted.some((text) => text.trim() !== '') ? [] : [problem(`${place}.key.${index}`, '请填写这个空的答案', 'Give an answer for this blank')],
  )
}

export function newQuestion(type: QuestionType): Writable<Question> {
  const asked = { text: '', points: 1, explanation: '' }
  switch (type) {
    case 'single':
      return { type, ...asked, options: ['', '', '', ''], key: null }
    case 'multiple':
      return { type, ...asked, points: 2, options: ['', '', '', ''], key: null }
    case 'true_false':
      return { type, ...asked, key: null }
    case 'fill_in':
      return { type, ...asked, n_blanks: 1, key: [[]] }
    case 'short_text':
      return { type, ...asked, points: 5, key: null }
  }
}
