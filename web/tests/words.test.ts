import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import consoleEn from '@/console/words/en'
import consoleZh from '@/console/words/zh'
import phoneEn from '@/phone/words/en'
import phoneZh from '@/phone/words/zh'
import en from '@/words/en'
import { preferredLocale, type Catalogue } from '@/words/words'
import zh from '@/words/zh'

const WEB = join(import.meta.dirname, '..')

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

function sources(folder: string): string[] {
  return readdirSync(join(WEB, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(vue|ts)$/.test(file))
    .map((file) => readFileSync(join(WEB, folder, file), 'utf8'))
}

/** Keys written out in code, and the fixed beginnings of those put together there. */
function usedKeys(folders: readonly string[]): { whole: string[]; begun: string[] } {
  const text = folders.flatMap(sources).join('\n')
  const literal = /\b(?:t|key:)[\s(]*'([a-z]\w*(?:\.\w+)+)'/gi
  const made = /\bt\(`([a-z]\w*\.[\w.]*)\$\{/gi
  return {
    whole: [...text.matchAll(literal)].map((match) => match[1] ?? ''),
    begun: [...text.matchAll(made)].map((match) => match[1] ?? ''),
  }
}

describe.each([
  ['both pages', zh, en],
  ['the phone', phoneZh, phoneEn],
  ['the console', consoleZh, consoleEn],
] as const)('the words of %s', (_room, chinese, english) => {
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

describe.each([
  ['the phone', phoneZh, ['phone', 'design', 'use', 'parts']],
  ['the console', consoleZh, ['console', 'design', 'use', 'parts']],
] as const)('the code of %s', (_room, own, folders) => {
  test('uses no word that is missing', () => {
    const known = Object.keys({ ...flat(zh), ...flat(own) })
    const { whole, begun } = usedKeys(folders)
    expect(whole.length).toBeGreaterThan(50)
    expect(whole.filter((key) => !known.includes(key))).toEqual([])
    expect(begun.filter((start) => !known.some((key) => key.startsWith(start)))).toEqual([])
  })

  test('leaves no own word unused', () => {
    const { whole, begun } = usedKeys(folders)
    const unused = Object.keys(flat(own)).filter((key) => !whole.includes(key) && !begun.some((start) => key.startsWith(start)))
    expect(unused).toEqual([])
  })

  test('hides no word of both pages behind one of its own', () => {
    expect(Object.keys(own).filter((section) => section in zh)).toEqual([])
  })
})

describe('the language shown first', () => {
  test('is the chosen one, whatever the browser speaks', () => {
    expect(preferredLocale('en', ['zh-CN'])).toBe('en')
  })

  test('is the first one of the browser that we speak', () => {
    expect(preferredLocale(null, ['fr-FR', 'en-GB', 'zh-CN'])).toBe('en')
    expect(preferredLocale(null, ['zh-TW', 'en'])).toBe('zh')
  })

  test('is Chinese where the browser speaks neither', () => {
    expect(preferredLocale(null, ['fr-FR'])).toBe('zh')
    expect(preferredLocale('xx', [])).toBe('zh')
  })
})
