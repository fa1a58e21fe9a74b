import { effectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { useTyping } from '@/use/typing'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function aWriter() {
  let nTold = 0
  let ear: (account: string) => void = () => undefined
  const scope = effectScope()
  const typing = {
    tell: () => void (nTold += 1),
    hear(listener: (account: string) => void) {
      ear = listener
      return () => (ear = () => undefined)
    },
  }
  const handle = scope.run(() => useTyping(typing))!
  return { ...handle, scope, told: () => nTold, hears: (account: string) => ear(account) }
}

describe('typing', () => {
  test('is told at the first key, and again while it goes on, but not with every key', () => {
    const { type, told } = aWriter()
    for (let key = 0; key < 50; key += 1) {
      type()
      vi.advanceTimersByTime(100)
    }
    expect(told()).toBe(2)
  })

  test('of others is shown until they stop or their post is there', () => {
    const { writers, hears, done } = aWriter()
    hears('li')
    vi.advanceTimersByTime(3_000)
    hears('wu')
    hears('li')
    expect(writers.value).toEqual(['wu', 'li'])
    done('wu')
    expect(writers.value).toEqual(['li'])
    vi.advanceTimersByTime(5_000)
    expect(writers.value).toEqual([])
  })

  test('of one more is not told while a crowd types', () => {
    const { type, told, hears } = aWriter()
    for (const account of ['li', 'wu', 'he']) hears(account)
    type()
    expect(told()).toBe(0)
    vi.advanceTimersByTime(5_000)
    type()
    expect(told()).toBe(1)
  })

  test('ends with the page', () => {
    const { scope, writers, hears } = aWriter()
    hears('li')
    scope.stop()
    hears('wu')
    expect([writers.value, vi.getTimerCount()]).toEqual([['li'], 0])
  })
})
