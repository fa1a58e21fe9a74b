// The config of a draft while it is written: every change goes up to the shell, with why it cannot be published yet.
import { computed, reactive, watch, type ComputedRef } from 'vue'
import type { Body } from '@/client/wire'
import { write, type Writable } from '@/kinds/read'
import type { Problem } from '@/kinds/problem'
import { useSay } from '@/words/words'

export interface Composing<Config> {
  config: Writable<Config>
  problems: ComputedRef<readonly Problem[]>
  /**
   * What is wrong at a field, in the reader's language. Of the problems of one question only the first is told: four
   * empty options are one thing to do, not four.
   */
  wrong: (field: string) => string | undefined
}

const QUESTION = /^questions\.\d+\./

interface Emit {
  (name: 'update:config', config: Body): void
  (name: 'problem', why: string | null): void
}

export interface Composer<Config> {
  defaults: Config
  check: (config: Config) => readonly Problem[]
  /** A problem as one sentence that makes sense far from its field. */
  tell?: (problem: Problem, sentence: string) => string
}

export function useComposer<Config extends object>(given: Body, composer: Composer<Config>, emit: Emit): Composing<Config> {
  const say = useSay()
  // A copy without proxies: what is stored never changes under the shell's hands.
  const start = JSON.parse(JSON.stringify({ ...composer.defaults, ...given })) as Writable<Config>
  const config = reactive(start) as Writable<Config>
  watch(config, () => emit('update:config', write(JSON.parse(JSON.stringify(config)) as object)), { immediate: true, deep: true })

  const problems = computed(() => composer.check(config as Config))
  const first = computed(() => {
    const found = problems.value[0]
    if (!found) return null
    const sentence = say(found.said)
    return composer.tell ? composer.tell(found, sentence) : sentence
  })
  watch(first, (why) => emit('problem', why), { immediate: true })

  function wrong(field: string): string | undefined {
    const found = problems.value.find((each) => each.field === field)
    if (!found) return undefined
    const question = QUESTION.exec(field)?.[0]
    const isNext = question === undefined || problems.value.find((each) => each.field.startsWith(question)) === found
    return isNext ? say(found.said) : undefined
  }
  return { config, problems, wrong }
}
