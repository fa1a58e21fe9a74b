// One past session with what the reader did in it.
import { shallowRef, type ShallowRef } from 'vue'
import type { ClassroomRecord } from '@/client/wire'
import { useDevice } from '@/use/device'
import { useWork, type Work } from '@/use/work'

export function useRecord(session: string): { record: Readonly<ShallowRef<ClassroomRecord | null>>; load: Work<[], void> } {
  const { api } = useDevice()
  const record = shallowRef<ClassroomRecord | null>(null)
  const load = useWork(async () => {
    record.value = await api.record(session)
  })
  void load.run()
  return { record, load }
}
