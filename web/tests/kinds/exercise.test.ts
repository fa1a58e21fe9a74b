import { describe, expect, test } from 'vitest'
import { checkExercise, isAnswered, newQuestion, pointsText, QUESTION_TYPES, toneOf, type Answer, type ExerciseConfig, type Question } from '@/kinds/exercise'

const ASKED = { text: '1 + 1 = ?', points: 1, explanation: '' }
const SINGLE: Question = { type: 'single', ...ASKED, options: ['1', '2'], key: 1 }
const MULTIPLE: Question = { type: 'multiple', ...ASKED, options: ['1', '2', '3'], key: [0, 2] }
const TRUTH: Question = { type: 'true_false', ...ASKED, key: false }
const FILL: Question = { type: 'fill_in', ...ASKED, n_blanks: 2, key: [['甲'], ['乙', '二']] }
const SHORT: Question = { type: 'short_text', ...ASKED, key: null }

function wrongFields(...questions: Question[]): string[] {
  const config: ExerciseConfig = { v: 1, questions, time_limit_s: null, half_points: true, reveal_key: true }
  return checkExercise(config).map(({ field }) => field)
}

describe('an exercise being written', () => {
  test('is complete when the server would publish it', () => {
    expect(wrongFields(SINGLE, MULTIPLE, TRUTH, FILL, SHORT)).toEqual([])
  })

  test('needs a question', () => {
    expect(wrongFields()).toEqual(['questions'])
  })

  test.each<[string, Question, string[]]>([
    ['without words', { ...SHORT, text: ' ' }, ['questions.0.text']],
    ['with one option', { ...SINGLE, options: ['2'], key: 0 }, ['questions.0.options']],
    ['with an empty option', { ...SINGLE, options: ['1', ' '] }, ['questions.0.options.1']],
    ['with an option twice', { ...SINGLE, options: ['1', '1 '] }, ['questions.0.options.1']],
    ['without a right option', { ...SINGLE, key: null }, ['questions.0.key']],
    ['with no option marked', { ...MULTIPLE, key: [] }, ['questions.0.key']],
    ['neither true nor false', { ...TRUTH, key: null }, ['questions.0.key']],
    ['without a blank', { ...FILL, key: [] }, ['questions.0.key']],
    ['with a blank nobody can fill', { ...FILL, key: [['甲'], [' ']] }, ['questions.0.key.1']],
  ])('is not complete %s', (_name, question, fields) => {
    expect(wrongFields(question)).toEqual(fields)
  })

  test.each(QUESTION_TYPES)('begins a %s with what is still to do', (type) => {
    expect(wrongFields(newQuestion(type))[0]).toBe('questions.0.text')
  })
})

describe('a question', () => {
  test.each<[Question, Answer, boolean]>([
    [SINGLE, null, false],
    [SINGLE, 0, true],
    [TRUTH, false, true],
    [MULTIPLE, [], false],
    [MULTIPLE, [0], true],
    [FILL, ['甲', ''], false],
    [FILL, ['甲'], false],
    [FILL, ['甲', '乙'], true],
    [SHORT, '  ', false],
    [SHORT, '二', true],
  ])('%j answered with %j: %s', (question, answer, expected) => {
    expect(isAnswered(question, answer)).toBe(expected)
  })
})

test('points carry no needless zeros', () => {
  expect([2, 0.5, 6.83, 1 / 3].map(pointsText)).toEqual(['2', '0.5', '6.83', '0.33'])
})

test('a share of right answers has a tone', () => {
  expect([100, 80, 79, 50, 49, 0].map(toneOf)).toEqual(['good', 'good', 'warn', 'warn', 'bad', 'bad'])
})
