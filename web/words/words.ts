// Languages: Chinese is complete by definition, English has the same keys (a test and the types say so).
import { computed, inject, type ComputedRef, type InjectionKey } from 'vue'
import { createI18n, useI18n } from 'vue-i18n'
import type { Locale, Said } from '@/client/refusal'

export interface Catalogue {
  [key: string]: string | Catalogue
}

/** The same keys, other words. */
export type Translation<Of> = { [Key in keyof Of]: Of[Key] extends string ? string : Translation<Of[Key]> }

export type Loaders = Record<Locale, () => Promise<Catalogue>>

export const LOCALES: readonly { locale: Locale; name: string; html: string }[] = [
  { locale: 'zh', name: '简体中文', html: 'zh-CN' },
  { locale: 'en', name: 'English', html: 'en' },
]

const KEY = 'shangke.locale'

function makeI18n() {
  return createI18n({
    legacy: false,
    locale: 'zh' as string,
    fallbackLocale: 'zh',
    messages: {} as Record<string, Catalogue>,
    missingWarn: false,
    fallbackWarn: false,
  })
}

export interface Words {
  readonly i18n: ReturnType<typeof makeI18n>
  /** Shows the language chosen earlier, else the browser's. */
  start(languages: readonly string[]): Promise<void>
  /** Shows and remembers a language. */
  choose(locale: Locale): Promise<void>
}

export const WORDS: InjectionKey<Words> = Symbol('words')

/** Loads only the language in use. Call `start` before mounting. */
export function createWords(loaders: Loaders, storage: Storage): Words {
  const i18n = makeI18n()

  async function show(locale: Locale): Promise<void> {
    if (Object.keys(i18n.global.getLocaleMessage(locale)).length === 0) {
      i18n.global.setLocaleMessage(locale, await loaders[locale]())
    }
    i18n.global.locale.value = locale
    document.documentElement.lang = LOCALES.find((each) => each.locale === locale)?.html ?? 'zh-CN'
  }

  return {
    i18n,
    start: (languages) => show(preferredLocale(storage.getItem(KEY), languages)),
    async choose(locale) {
      await show(locale)
      storage.setItem(KEY, locale)
    },
  }
}

/** Shangke is made for Chinese schools: English comes first only where it was asked for. */
export function preferredLocale(chosen: string | null, languages: readonly string[]): Locale {
  if (chosen === 'zh' || chosen === 'en') return chosen
  const known = languages.map((language) => language.slice(0, 2)).find((language) => language === 'zh' || language === 'en')
  return known === 'en' ? 'en' : 'zh'
}

export function useWords(): Words {
  const words = inject(WORDS)
  if (!words) throw new Error('useWords needs an app that provides WORDS')
  return words
}

export function useLocale(): ComputedRef<Locale> {
  const { locale } = useI18n()
  return computed(() => (locale.value === 'en' ? 'en' : 'zh'))
}

/** Says, in the reader's language, what carries both languages itself: refusals, kinds. */
export function useSay(): (said: Said) => string {
  const locale = useLocale()
  return (said) => said[locale.value]
}

/**
 * Words that belong to one component, both languages beside its code. The types keep the keys equal. Not a scope of
 * vue-i18n: that allows only one for each component, and a kind brings words of its own to all of its components.
 */
export function useOwnWords<Key extends string>(words: Record<Locale, Record<Key, string>>) {
  const locale = useLocale()
  return (key: Key, named: Readonly<Record<string, string | number>> = {}): string =>
    words[locale.value][key].replace(/\{(\w+)\}/g, (hole, name: string) => String(named[name] ?? hole))
}
