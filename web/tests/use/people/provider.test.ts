import { beforeEach, describe, expect, it } from 'vitest'
import { isOAuth, rememberTrip, takeTrip } from '@/use/people/provider'

describe('the trip to another service', () => {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage
  beforeEach(() => kept.clear())

  it('is remembered until the way back, once', () => {
    rememberTrip({ purpose: 'bind', next: '/account/settings' }, storage)
    expect(takeTrip(storage)).toEqual({ purpose: 'bind', next: '/account/settings' })
    expect(takeTrip(storage)).toEqual({ purpose: 'login', next: '/' })
  })

  it.each(['{', '{}', '{"purpose":"login","next":"https://evil.example"}', '{"purpose":"login","next":"//evil.example"}', '{"purpose":"x","next":"/a"}'])(
    'leads nowhere else: %s',
    (text) => {
      kept.set('shangke.oauth', text)
      expect(takeTrip(storage)).toEqual({ purpose: 'login', next: '/' })
    },
  )
})

describe('providers', () => {
  it('are other services unless a code can be sent there', () => {
    expect((['phone', 'email', 'wechat', 'qq', 'weibo'] as const).map(isOAuth)).toEqual([false, false, true, true, true])
  })
})
