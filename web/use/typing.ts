// Who else is typing, and telling the others that one is. A hint only: lost ones do no harm.
import { computed, onScopeDispose, shallowRef, type ComputedRef } from 'vue'

/** How hints of one activity go out and come in. */
export interface Typing {
  tell(): void
  hear(listener: (account: string) => void): () => void
}

export interface TypingHandle {
  /** The accounts that are typing, the latest last. */
  writers: ComputedRef<readonly string[]>
  /** With every key; tells the others now and then. */
  type: () => void
  /** What somebody was typing has arrived. */
  done: (account: string) => void
}

const EVERY_MS = 3_000
const LASTS_MS = 5_000
/** When so many type, one more is no news: a class of hundreds must not send hundreds of hints to hundreds of phones. */
export const CROWD = 3

export function useTyping(typing: Typing | null): TypingHandle {
  const until = shallowRef<ReadonlyMap<string, ReturnType<typeof setTimeout>>>(new Map())
  let toldAt = -Infinity

  function done(account: string): void {
    clearTimeout(until.value.get(account))
    until.value = new Map([...until.value].filter(([each]) => each !== account))
  }

  const unhear = typing?.hear((account) => {
    done(account)
    until.value = new Map([...until.value, [account, setTimeout(() => done(account), LASTS_MS)]])
  })
  onScopeDispose(() => {
    unhear?.()
    for (const timer of until.value.values()) clearTimeout(timer)
  })

  function type(): void {
    const now = Date.now()
    if (now - toldAt < EVERY_MS || until.value.size >= CROWD) return
    toldAt = now
    typing?.tell()
  }
  return { writers: computed(() => [...until.value.keys()]), type, done }
}
