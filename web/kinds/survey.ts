// Survey (问卷) as server/core/activities/survey.py declares it.
interface Asked {
  text: string
  is_required: boolean
}

export interface SurveyChoice extends Asked {
  type: 'single' | 'multiple'
  options: readonly string[]
}

export interface SurveyRating extends Asked {
  type: 'rating'
  most: 5 | 10
}

export interface SurveyText extends Asked {
  type: 'text'
}

export type SurveyQuestion = SurveyChoice | SurveyRating | SurveyText
export type SurveyQuestionType = SurveyQuestion['type']

export const SURVEY_TYPES: readonly SurveyQuestionType[] = ['single', 'multiple', 'rating', 'text']

export interface SurveyConfig {
  v?: 1
  questions: readonly SurveyQuestion[]
  is_anonymous: boolean
}

export interface SurveyState {
  /** Students and the screen see the results. */
  is_shown: boolean
}

/** By type: an option, options, a rating from 1, a text. null: not answered. */
export type SurveyAnswer = number | readonly number[] | string | null

export interface SurveyValue {
  v?: 1
  answers: readonly SurveyAnswer[]
}

export interface SurveyQuestionTally {
  n_answered: number
  /** Of a rating: from 1 on. */
  options: readonly number[] | null
  average: number | null
  texts: readonly string[] | null
}

export interface SurveyTally {
  n_students: number
  n_answers: number
  /** Too few answered an anonymous survey to say what they said. */
  is_withheld: boolean
  questions: readonly SurveyQuestionTally[]
}

export const TEXT_ANSWER_CHARS = 500

export const SURVEY_WORDS = {
  zh: { single: '单选', multiple: '多选', rating: '评分', text: '文字' },
  en: { single: 'Single choice', multiple: 'Multiple choice', rating: 'Rating', text: 'Text' },
}

export function hasAnswer(answer: SurveyAnswer | undefined): boolean {
  if (answer === null || answer === undefined) return false
  if (typeof answer === 'string') return answer.trim() !== ''
  return typeof answer === 'number' || answer.length > 0
}
