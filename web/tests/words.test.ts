import { describe, expect, test } from 'vitest'
import en from '@/words/en'
import zh from '@/words/zh'
import type { Catalogue } from '@/words/words'

function flat(catalogue: Catalogue, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(catalogue).flatMap(([key, said]) =>
      typeof said === 'string' ? [[prefix + key, said]] : Object.entries(flat(said, `${prefix}${key}.`)),
    ),
  )
}

function placeholders(said: string): string[] {
  return [...said.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort()
}

describe.each([['both', zh, en]] as const)('the words of %s', (_room, chinese, english) => {
  test('have the same keys in both languages', () => {
    expect(Object.keys(flat(english)).sort()).toEqual(Object.keys(flat(chinese)).sort())
  })

  test('name the same things in both languages', () => {
    const said = flat(english)
    for (const [key, words] of Object.entries(flat(chinese))) {
      expect([key, placeholders(said[key] ?? '')]).toEqual([key, placeholders(words)])
    }
  })

  test('are never empty', () => {
    expect(Object.entries({ ...flat(chinese), ...flat(english) }).filter(([, said]) => said.trim() === '')).toEqual([])
  })
})
