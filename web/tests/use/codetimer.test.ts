import { effectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Refusal } from '@/client/refusal'
import { useCodeTimer } from '@/use/codetimer'

const SLOW = { zh: '慢点', en: 'Slow down.' }

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => vi.useRealTimers())

function aTimer() {
  const scope = effectScope()
  const timer = scope.run(() => useCodeTimer())
  if (!timer) throw new Error('the scope is active')
  return timer
}

describe('the code timer', () => {
  test('lets the first message go at once', () => {
    expect(aTimer().secondsLeft.value).toBe(0)
  })

  test('counts a minute down after a message', () => {
    const timer = aTimer()
    timer.sent()
    expect(timer.secondsLeft.value).toBe(60)
    vi.advanceTimersByTime(59_000)
    expect(timer.secondsLeft.value).toBe(1)
    vi.advanceTimersByTime(1_000)
    expect(timer.secondsLeft.value).toBe(0)
  })

  test('waits as long as the server says', () => {
    const timer = aTimer()
    timer.refused(new Refusal('slow_down', SLOW, true, { retryAfterMs: 42_000 }))
    expect(timer.secondsLeft.value).toBe(42)
  })

  test('does not wait after a refusal that names no time', () => {
    const timer = aTimer()
    timer.refused(new Refusal('bad_phone', SLOW, false))
    expect(timer.secondsLeft.value).toBe(0)
  })
})
