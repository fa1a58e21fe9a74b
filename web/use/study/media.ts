// Where a unit's file is played or read from: this device if it is kept here, else the server's link.
import { onScopeDispose, shallowRef, watch, type ShallowRef } from 'vue'
import type { StudyUnit } from '@/client/generated/messages'
import { useStudy } from '@/use/study/study'

/** Same server, whatever name this page was opened by. */
export function linkOf({ file }: StudyUnit): string | null {
  if (file === null) return null
  const { pathname, search } = new URL(file.url, location.href)
  return pathname + search
}

/** null: not known yet, or there is no file. */
export function useMedia(unit: () => StudyUnit): Readonly<ShallowRef<string | null>> {
  const study = useStudy()
  const source = shallowRef<string | null>(null)
  let blob: string | null = null

  async function find(): Promise<void> {
    const { file } = unit()
    const kept = file === null ? null : ((await study.value?.shelf?.file(file.id)) ?? null)
    if (kept && blob === null) blob = URL.createObjectURL(kept)
    source.value = blob ?? linkOf(unit())
  }

  watch(unit, () => void find(), { immediate: true })
  onScopeDispose(() => blob !== null && URL.revokeObjectURL(blob))
  return source
}
