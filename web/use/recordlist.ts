// The past sessions of a classroom, newest first, page by page.
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { RecordSummary } from '@/client/wire'
import { useDevice } from '@/use/device'
import { useWork, type Work } from '@/use/work'

export interface RecordListHandle {
  /** null until the first page is there. */
  records: Readonly<ShallowRef<readonly RecordSummary[] | null>>
  hasMore: Readonly<Ref<boolean>>
  /** The next page. */
  load: Work<[], void>
}

export function useRecordList(classroom: string): RecordListHandle {
  const { api } = useDevice()
  const records = shallowRef<readonly RecordSummary[] | null>(null)
  const hasMore = ref(false)
  let next: string | null = null
  const load = useWork(async () => {
    const page = await api.records(classroom, next)
    records.value = [...(records.value ?? []), ...page.records]
    next = page.next
    hasMore.value = next !== null
  })
  void load.run()
  return { records, hasMore, load }
}

/** How long it was, in minutes; a lesson of seconds counts as one. */
export function minutesOf({ started_at, ended_at }: RecordSummary): number {
  return Math.max(1, Math.round((ended_at - started_at) / 60_000))
}
