// How far a run is, as a card says it under the course's name (R45).
import type { RunTime } from '@/client/generated/messages'
import { useMoments } from '@/use/clock'
import { COURSE_WORDS } from '@/use/courses/words'
import { useOwnWords } from '@/words/words'

export function useRunTime() {
  const words = useOwnWords(COURSE_WORDS)
  const { day } = useMoments()
  return {
    words,
    timeText(time: RunTime | null): string {
      if (time === null) return words('none')
      if (time.state === 'upcoming') return words('starts', { date: day(time.starts_at, Date.now()) })
      if (time.state === 'ended') return words('over', { of: time.n_weeks })
      return words('week', { week: time.week, of: time.n_weeks })
    },
  }
}
