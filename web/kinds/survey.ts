// What a survey's bodies mean to both its components; the types are generated from the declarations.
import type { SurveyConfig, SurveyValue } from '@/client/generated/messages'
import { checkNotNone, checkOptions, checkText, type Problem } from '@/kinds/problem'
import type { Writable } from '@/kinds/read'

export type {
  SurveyConfig,
  SurveyQuestionTally,
  SurveyState,
  SurveyTally,
  SurveyValue,
} from '@/client/generated/messages'

export type SurveyQuestion = SurveyConfig['questions'][number]
export type SurveyQuestionType = SurveyQuestion['type']
/** By type: an option, options, a rating from 1, a text. null: not answered. */
export type SurveyAnswer = SurveyValue['answers'][number]

export const SURVEY_TYPES: readonly SurveyQuestionType[] = ['single', 'multiple', 'rating', 'text']

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

/** What the server would say of it at publishing (server/core/activities/survey.py). */
export function checkSurvey(config: SurveyConfig): Problem[] {
  return [
    ...checkNotNone(config.questions),
    ...config.questions.flatMap((each, index) => {
      const place = `questions.${index}`
      return [...checkText(each.text, place), ...('options' in each ? checkOptions(each.options, place) : [])]
    }),
  ]
}

export function newSurveyQuestion(type: SurveyQuestionType): Writable<SurveyQuestion> {
  switch (type) {
    case 'single':
    case 'multiple':
      return { type, text: '', options: ['', '', ''], is_required: true }
    case 'rating':
      return { type, text: '', most: 5, is_required: true }
    case 'text':
      return { type, text: '', is_required: false }
  }
}
