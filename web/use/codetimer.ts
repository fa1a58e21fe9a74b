// One text message a minute: the button counts down, also when the server says how long to wait.
import { computed, onScopeDispose, ref } from 'vue'
import type { Refusal } from '@/client/refusal'

const RESEND_MS = 60_000

export function useCodeTimer(clock: () => number = Date.now) {
  const until = ref(0)
  const now = ref(clock())
  const timer = setInterval(() => {
    now.value = clock()
  }, 500)
  onScopeDispose(() => clearInterval(timer))

  function wait(ms: number): void {
    now.value = clock()
    until.value = now.value + ms
  }

  return {
    secondsLeft: computed(() => Math.max(0, Math.ceil((until.value - now.value) / 1000))),
    sent: () => wait(RESEND_MS),
    refused: ({ details }: Refusal) => {
      if (details.retryAfterMs !== undefined) wait(details.retryAfterMs)
    },
  }
}
