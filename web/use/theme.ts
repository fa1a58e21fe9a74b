// Light or dark. Both component libraries and our own variables switch on the same root element.
import { ref, watch, type Ref } from 'vue'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'shangke.theme'
const theme = ref<Theme>('system')

/** Call before mounting, so that nothing flashes in the wrong colours. */
export function startTheme(storage: Storage): void {
  const stored = storage.getItem(KEY)
  theme.value = stored === 'light' || stored === 'dark' ? stored : 'system'
  const isSystemDark = matchMedia('(prefers-color-scheme: dark)')
  const apply = (): void => {
    const isDark = theme.value === 'dark' || (theme.value === 'system' && isSystemDark.matches)
    showTheme(isDark)
  }
  isSystemDark.addEventListener('change', apply)
  watch(theme, (chosen) => {
    storage.setItem(KEY, chosen)
    apply()
  })
  apply()
}

function showTheme(isDark: boolean): void {
  const root = document.documentElement
  root.classList.toggle('dark', isDark)
  root.classList.toggle('van-theme-dark', isDark)
  const paper = isDark ? '#121614' : '#f6f5f1'
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', paper)
}

export function useTheme(): Ref<Theme> {
  return theme
}
