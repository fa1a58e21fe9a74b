// A thing under way: is it running, and why did it fail.
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { asRefusal, type Refusal } from '@/client/refusal'

export interface Work<Given extends unknown[], Result> {
  isRunning: Readonly<Ref<boolean>>
  /** May be set to null to take the message away. */
  refusal: ShallowRef<Refusal | null>
  /** Runs unless it is running already; undefined when it failed or was not started. */
  run: (...given: Given) => Promise<Result | undefined>
}

export function useWork<Given extends unknown[], Result>(
  work: (...given: Given) => Promise<Result>,
  onRefused?: (refusal: Refusal) => void,
): Work<Given, Result> {
  const isRunning = ref(false)
  const refusal = shallowRef<Refusal | null>(null)

  async function run(...given: Given): Promise<Result | undefined> {
    if (isRunning.value) return undefined
    isRunning.value = true
    refusal.value = null
    try {
      return await work(...given)
    } catch (thrown) {
      refusal.value = asRefusal(thrown)
      onRefused?.(refusal.value)
      return undefined
    } finally {
      isRunning.value = false
    }
  }

  return { isRunning, refusal, run }
}
