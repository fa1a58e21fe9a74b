// What one person answered, question by question, as lines to read: of every kind whose config has questions and whose
// value has answers to them.
import type { Body } from '@/client/wire'
import { letter, type ExerciseResult } from '@/kinds/exercise'
import { readMaybe } from '@/kinds/read'

export interface AnswerLine {
  question: string
  /** Empty: not answered. */
  answer: string
  isRight: boolean | null
  /** null: nothing is marked here, or not yet. */
  points: number | null
}

type Given = boolean | number | string | readonly (number | string)[] | null

interface Questions {
  questions?: readonly { text: string; options?: readonly string[]; most?: number }[]
}

export function answerLines(config: Body, value: Body | null, result: Body | null, yesOrNo: (answer: boolean) => string): AnswerLine[] {
  const questions = readMaybe<Questions>(config)?.questions ?? []
  const answers = readMaybe<{ answers?: readonly Given[] }>(value)?.answers
  if (!answers) return []
  const marks = readMaybe<Partial<ExerciseResult>>(result)?.marks ?? []
  return questions.map(({ text, options, most }, index) => ({
    question: text,
    answer: answerText(answers[index] ?? null, options, most, yesOrNo),
    isRight: marks[index]?.is_right ?? null,
    points: marks[index]?.points ?? null,
  }))
}

function answerText(given: Given, options: readonly string[] | undefined, most: number | undefined, yesOrNo: (answer: boolean) => string): string {
  if (given === null) return ''
  if (typeof given === 'boolean') return yesOrNo(given)
  if (typeof given === 'string') return given
  if (typeof given === 'number') return options ? optionText(given, options) : most === undefined ? String(given) : `${given} / ${most}`
  return given.map((each) => (typeof each === 'number' && options ? optionText(each, options) : String(each))).join('；')
}

function optionText(option: number, options: readonly string[]): string {
  return `${letter(option)} ${options[option] ?? ''}`.trim()
}
