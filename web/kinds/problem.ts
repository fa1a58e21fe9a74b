// Why a draft cannot be published yet, found here before the server would: where, and what to do about it.
import type { Said } from '@/client/refusal'

export interface Problem {
  /** As the server names places: `questions.2.options.0`. */
  field: string
  said: Said
}

const MISSING = {
  none: { zh: '请至少添加一道题', en: 'Add at least one question' },
  text: { zh: '请填写题目', en: 'Write the question' },
  few: { zh: '请至少填写两个选项', en: 'Give at least two options' },
  option: { zh: '选项不能为空', en: 'An option is empty' },
  twice: { zh: '选项不能重复', en: 'This option is there already' },
} satisfies Record<string, Said>

export function problem(field: string, zh: string, en: string): Problem {
  return { field, said: { zh, en } }
}

export function checkNotNone(questions: readonly unknown[]): Problem[] {
  return questions.length === 0 ? [{ field: 'questions', said: MISSING.none }] : []
}

export function checkText(text: string, place: string): Problem[] {
  return text.trim() === '' ? [{ field: `${place}.text`, said: MISSING.text }] : []
}

/** Two or more, none blank, no two alike. */
export function checkOptions(options: readonly string[], place: string): Problem[] {
  const texts = options.map((option) => option.trim())
  if (texts.length < 2) return [{ field: `${place}.options`, said: MISSING.few }]
  return texts.flatMap((text, index) => {
    if (text === '') return [{ field: `${place}.options.${index}`, said: MISSING.option }]
    return texts.indexOf(text) < index ? [{ field: `${place}.options.${index}`, said: MISSING.twice }] : []
  })
}
