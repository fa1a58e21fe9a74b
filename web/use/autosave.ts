// Saves what is typed when the typing pauses, one save at a time, and says honestly how it stands:
// `saved` only when the server has confirmed exactly what is on the screen.
import { onScopeDispose, readonly, ref, type Ref } from 'vue'
import { asRefusal } from '@/client/refusal'

export type SaveState = 'clean' | 'waiting' | 'saving' | 'saved' | 'failed'

export interface Autosave<Value> {
  state: Readonly<Ref<SaveState>>
  /** What is on the screen now. */
  change: (value: Value) => void
  /** Without waiting for the pause: time runs out, the page is being left. */
  flush: () => void
  /** Nothing is saved any more, for instance because it was submitted. */
  stop: () => void
}

const PAUSE_MS = 800
// Somebody who types without a pause is saved all the same.
const LONGEST_MS = 3_000
const RETRY_MS = 2_000

export function useAutosave<Value>(save: (value: Value) => Promise<void>, isSavedAlready = false): Autosave<Value> {
  const state = ref<SaveState>(isSavedAlready ? 'saved' : 'clean')
  let waiting: { value: Value; since: number } | null = null
  let isSaving = false
  let isStopped = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function schedule(ms: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => void run(), ms)
  }

  async function run(): Promise<void> {
    clearTimeout(timer)
    if (isSaving || isStopped || waiting === null) return
    const { value } = waiting
    waiting = null
    isSaving = true
    state.value = 'saving'
    try {
      await save(value)
      settle()
    } catch (thrown) {
      giveBack(value, asRefusal(thrown))
    }
  }

  function settle(): void {
    isSaving = false
    if (isStopped) return
    if (waiting === null) state.value = 'saved'
    else schedule(PAUSE_MS)
  }

  /** Not saved: try again if that can help, else wait for the next change. */
  function giveBack(value: Value, refusal: { retry: boolean; details: { retryAfterMs?: number | undefined } }): void {
    isSaving = false
    if (isStopped) return
    state.value = 'failed'
    waiting ??= { value, since: Date.now() }
    if (refusal.retry) schedule(refusal.details.retryAfterMs ?? RETRY_MS)
  }

  function change(value: Value): void {
    if (isStopped) return
    waiting = { value, since: waiting?.since ?? Date.now() }
    if (isSaving) return
    state.value = 'waiting'
    schedule(Math.max(0, Math.min(PAUSE_MS, waiting.since + LONGEST_MS - Date.now())))
  }

  function flush(): void {
    void run()
  }

  function stop(): void {
    isStopped = true
    waiting = null
    clearTimeout(timer)
  }

  // A phone that goes to the background may never come back.
  function onHide(): void {
    if (document.hidden) flush()
  }
  document.addEventListener('visibilitychange', onHide)
  onScopeDispose(() => {
    flush()
    document.removeEventListener('visibilitychange', onHide)
  })

  return { state: readonly(state), change, flush, stop }
}
