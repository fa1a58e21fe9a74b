// Moments and spans in the reader's language.
import { useI18n } from 'vue-i18n'
import { useLocale } from '@/words/words'

const TAGS = { zh: 'zh-CN', en: 'en-GB' } as const

/** 75 s as 1:15, 3675 s as 1:01:15. Never negative. */
export function spanText(ms: number): string {
  const total = Math.max(0, Math.ceil(ms / 1000))
  const parts = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60]
  const shown = parts[0] === 0 ? parts.slice(1) : parts
  return shown.map((part, index) => (index === 0 ? `${part}` : `${part}`.padStart(2, '0'))).join(':')
}

/** Whole days between two moments as the calendar on the wall counts them. */
function daysBetween(earlier: Date, later: Date): number {
  const start = new Date(earlier.getFullYear(), earlier.getMonth(), earlier.getDate())
  const end = new Date(later.getFullYear(), later.getMonth(), later.getDate())
  return Math.round((end.getTime() - start.getTime()) / 86_400_000)
}

export function useMoments() {
  const { t } = useI18n()
  const locale = useLocale()

  function clock(at: number): string {
    return new Intl.DateTimeFormat(TAGS[locale.value], { hour: '2-digit', minute: '2-digit', hour12: false }).format(at)
  }

  function day(at: number, now: number): string {
    const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear()
    return new Intl.DateTimeFormat(TAGS[locale.value], {
      ...(isThisYear ? {} : { year: 'numeric' }),
      month: 'short',
      day: 'numeric',
      weekday: 'short',
    }).format(at)
  }

  /** 今天 10:05, 昨天 10:05, 11月20日周五 10:05. */
  function moment(at: number, now: number = Date.now()): string {
    const days = daysBetween(new Date(at), new Date(now))
    if (days === 0) return t('time.today', { time: clock(at) })
    if (days === 1) return t('time.yesterday', { time: clock(at) })
    return `${day(at, now)} ${clock(at)}`
  }

  return { clock, day, moment }
}
