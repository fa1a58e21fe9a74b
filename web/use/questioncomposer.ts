// A draft made of questions while it is written: its config, its list of questions, which of them are incomplete.
import type { Ref } from 'vue'
import type { Body } from '@/client/wire'
import type { Writable } from '@/kinds/read'
import { useComposer, type Composer, type Composing } from '@/use/composer'
import { useQuestions, type QuestionList } from '@/use/questions'
import { useOwnWords } from '@/words/words'

export interface QuestionComposing<Question, Config> extends Pick<Composing<Config>, 'config' | 'wrong'> {
  edit: QuestionList<Question>
  isIncomplete: (index: number) => boolean
}

/** `list`: the element whose children are the questions; a new one is brought into sight there, ready to be typed in. */
export function useQuestionComposer<Question extends object, Config extends { readonly questions: readonly Question[] }>(
  given: Body,
  composer: Pick<Composer<Config>, 'defaults' | 'check'>,
  emit: Parameters<typeof useComposer<Config>>[2],
  list: Readonly<Ref<HTMLElement | null>>,
): QuestionComposing<Writable<Question>, Config> {
  const words = useOwnWords({ zh: { at: '第 {n} 题：{why}' }, en: { at: 'Question {n}: {why}' } })
  const { config, problems, wrong } = useComposer<Config>(
    given,
    {
      ...composer,
      tell: ({ field }, why) => {
        const number = /^questions\.(\d+)/.exec(field)?.[1]
        return number === undefined ? why : words('at', { n: Number(number) + 1, why })
      },
    },
    emit,
  )
  const edit = useQuestions((config as { questions: Writable<Question>[] }).questions, (index) => {
    const item = list.value?.children[index]
    item?.scrollIntoView({ behavior: 'smooth', block: 'nearest' })
    item?.querySelector<HTMLElement>('textarea')?.focus({ preventScroll: true })
  })
  const isIncomplete = (index: number): boolean => problems.value.some(({ field }) => field.startsWith(`questions.${index}.`))
  return { config, wrong, edit, isIncomplete }
}
