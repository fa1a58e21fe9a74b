// What a check-in's bodies mean to both its components; the types are generated from the declarations.
import type { CheckInResult } from '@/client/generated/messages'

export type { CheckInConfig, CheckInCorrection, CheckInResult, CheckInTally } from '@/client/generated/messages'

export type Status = CheckInResult['status']

export const STATUSES: readonly Status[] = ['present', 'late', 'excused', 'absent']

export const STATUS_WORDS = {
  zh: { present: '已签到', late: '迟到', excused: '请假', absent: '缺勤', waiting: '未签到' },
  en: { present: 'Present', late: 'Late', excused: 'Excused', absent: 'Absent', waiting: 'Not yet' },
}

/** Names of our colours: `var(--sk-{tone})`. */
export const STATUS_TONES: Record<Status | 'waiting', string> = {
  present: 'good',
  late: 'warn',
  excused: 'sky',
  absent: 'bad',
  waiting: 'ink-3',
}
