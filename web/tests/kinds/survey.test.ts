import { describe, expect, test } from 'vitest'
import { checkSurvey, hasAnswer, type SurveyAnswer, type SurveyQuestion } from '@/kinds/survey'

const wrongFields = (...questions: SurveyQuestion[]): string[] =>
  checkSurvey({ v: 1, questions, is_anonymous: false }).map(({ field }) => field)

describe('a survey being written', () => {
  test('needs a question', () => {
    expect(wrongFields()).toEqual(['questions'])
  })

  test('needs words and options, each once', () => {
    expect(
      wrongFields(
        { type: 'rating', text: '', most: 5, is_required: true },
        { type: 'single', text: '快慢', options: ['快'], is_required: true },
        { type: 'multiple', text: '内容', options: ['链表', '链表'], is_required: true },
        { type: 'text', text: '建议', is_required: false },
      ),
    ).toEqual(['questions.0.text', 'questions.1.options', 'questions.2.options.1'])
  })
})

test.each<[SurveyAnswer | undefined, boolean]>([
  [undefined, false],
  [null, false],
  ['  ', false],
  ['好', true],
  [0, true],
  [[], false],
  [[1], true],
])('%j is an answer: %s', (answer, expected) => {
  expect(hasAnswer(answer)).toBe(expected)
})
