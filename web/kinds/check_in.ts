// Check-in (签到) as server/core/activities/check_in.py declares it.
export type Status = 'present' | 'late' | 'excused' | 'absent'

export const STATUSES: readonly Status[] = ['present', 'late', 'excused', 'absent']

export interface CheckInConfig {
  v?: 1
  late_after_s: number | null
}

export interface CheckInResult {
  status: Status
}

export interface CheckInLists {
  present: readonly string[]
  late: readonly string[]
  excused: readonly string[]
  absent: readonly string[]
  waiting: readonly string[]
}

export interface CheckInTally {
  n_students: number
  n_present: number
  n_late: number
  n_excused: number
  n_absent: number
  n_waiting: number
  lists: CheckInLists | null
}

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
