// A draft made of questions while it is written: its config, and which of its questions are incomplete.
import type { Body } from '@/client/wire'
import { useComposer, type Composer, type Composing } from '@/use/composer'
import { useOwnWords } from '@/words/words'

export interface QuestionComposing<Config> extends Pick<Composing<Config>, 'config' | 'wrong'> {
  isIncomplete: (index: number) => boolean
}

export function useQuestionComposer<Config extends { readonly questions: readonly object[] }>(
  given: Body,
  composer: Pick<Composer<Config>, 'defaults' | 'check'>,
  emit: Parameters<typeof useComposer<Config>>[2],
): QuestionComposing<Config> {
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
  return { config, wrong, isIncomplete: (index) => problems.value.some(({ field }) => field.startsWith(`questions.${index}.`)) }
}
