import { expect, test } from 'vitest'
import { answerLines } from '@/kinds/answers'

const yesOrNo = (yes: boolean): string => (yes ? '对' : '错')

test('an exercise reads as lines with marks', () => {
  const questions = [
    { type: 'single', text: '一', options: ['甲', '乙'] },
    { type: 'multiple', text: '二', options: ['甲', '乙', '丙'] },
    { type: 'true_false', text: '三' },
    { type: 'fill_in', text: '四', n_blanks: 2 },
    { type: 'short_text', text: '五' },
    { type: 'short_text', text: '六' },
  ]
  const marks = [
    { is_right: true, points: 1 },
    { is_right: false, points: 0 },
    { is_right: true, points: 1 },
    { is_right: true, points: 1 },
    { is_right: null, points: null },
  ]
  const lines = answerLines({ questions }, { answers: [1, [0, 2], true, ['x', 'y'], '因为', null] }, { marks }, yesOrNo)
  expect(lines).toEqual([
    { question: '一', answer: 'B 乙', isRight: true, points: 1 },
    { question: '二', answer: 'A 甲；C 丙', isRight: false, points: 0 },
    { question: '三', answer: '对', isRight: true, points: 1 },
    { question: '四', answer: 'x；y', isRight: true, points: 1 },
    { question: '五', answer: '因为', isRight: null, points: null },
    { question: '六', answer: '', isRight: null, points: null },
  ])
})

test('a rating reads with the most it could be', () => {
  expect(answerLines({ questions: [{ text: '评分', most: 5 }] }, { answers: [4] }, null, yesOrNo)).toEqual([
    { question: '评分', answer: '4 / 5', isRight: null, points: null },
  ])
})

test('nothing answered, or nothing to answer, is no line', () => {
  expect(answerLines({ questions: [{ text: '一' }] }, null, null, yesOrNo)).toEqual([])
  expect(answerLines({ text: '公告' }, { v: 1 }, null, yesOrNo)).toEqual([])
})
