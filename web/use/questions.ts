// A list of questions being written: adding, moving, duplicating, deleting, and a key that stays with each.
import { nextTick, toRaw } from 'vue'

export interface QuestionList<Question> {
  keyOf: (question: Question) => number
  add: (question: Question) => void
  move: (index: number, by: -1 | 1) => void
  copy: (index: number) => void
  remove: (index: number) => void
}

/** `questions` is the reactive list itself; `scroll` brings a new one into sight. */
export function useQuestions<Question extends object>(questions: Question[], scroll: (index: number) => void): QuestionList<Question> {
  const keys = new WeakMap<object, number>()
  let last = 0

  function keyOf(question: Question): number {
    const raw = toRaw(question)
    const key = keys.get(raw) ?? (last += 1)
    keys.set(raw, key)
    return key
  }

  function insert(index: number, question: Question): void {
    questions.splice(index, 0, question)
    void nextTick(() => scroll(index))
  }

  return {
    keyOf,
    add: (question) => insert(questions.length, question),
    move(index, by) {
      const [moved] = questions.splice(index, 1)
      if (moved) insert(index + by, moved)
    },
    copy(index) {
      const question = questions[index]
      if (question) insert(index + 1, JSON.parse(JSON.stringify(question)) as Question)
    },
    remove: (index) => void questions.splice(index, 1),
  }
}
