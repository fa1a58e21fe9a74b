// Study of one account on this device: the queue of its study time, and what is kept for offline.
import { inject, onScopeDispose, shallowRef, watch, type InjectionKey, type ShallowRef } from 'vue'
import { clearShelves, Shelf } from '@/client/study/shelf'
import { StudyMeter, type Beat } from '@/client/study/meter'
import { StudyQueue } from '@/client/study/queue'
import type { StudyCounted } from '@/client/generated/messages'
import type { DeviceHandle } from '@/use/device'

export interface Study {
  queue: StudyQueue
  /** null where the browser keeps nothing: an old one, or a page that is not served safely. */
  shelf: Shelf | null
}

export interface StudyHandle {
  study: Readonly<ShallowRef<Study | null>>
}

export const STUDY: InjectionKey<StudyHandle> = Symbol('study')

const canKeep = (): boolean => typeof caches !== 'undefined'

/** Follows the log-in: another account finds nothing of the one before, and after a log-out nothing is left (R55). */
export function createStudy(device: DeviceHandle, storage: Storage, target: Window = window): StudyHandle {
  const study = shallowRef<Study | null>(null)
  watch(
    () => device.memory.value?.account.id ?? null,
    (account) => {
      study.value =
        account === null
          ? null
          : {
              queue: new StudyQueue(storage, account, (spans) => device.api.study.count(spans)),
              shelf: canKeep() ? new Shelf(account) : null,
            }
      if (canKeep()) void clearShelves(account)
      void study.value?.queue.send()
    },
    { immediate: true, flush: 'sync' },
  )
  target.addEventListener('online', () => void study.value?.queue.send())
  return { study }
}

export function useStudy(): Readonly<ShallowRef<Study | null>> {
  const handle = inject(STUDY)
  if (!handle) throw new Error('useStudy needs an app that provides STUDY')
  return handle.study
}

/** How much study time waits to be synced, in milliseconds, as it changes. */
export function useWaiting(): Readonly<ShallowRef<number>> {
  const study = useStudy()
  const waitingMs = shallowRef(0)
  const read = (): void => {
    waitingMs.value = study.value?.queue.waitingMs ?? 0
  }
  let stop = study.value?.queue.subscribe(read)
  watch(study, (now) => {
    stop?.()
    stop = now?.queue.subscribe(read)
    read()
  })
  read()
  onScopeDispose(() => stop?.())
  return waitingMs
}

// Not randomUUID: that one is missing where a page is served without TLS.
const newId = (): string => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')

const TICK_MS = 1_000
// Who neither moves nor touches anything for so long is not reading any more. A video needs no hand.
const IDLE_MS = 180_000

export interface Studied {
  unit: string
  isPlaying: () => boolean
  /** Whether somebody must be seen to be there: who reads scrolls, who watches need not. */
  needsHand: () => boolean
  positionMs: () => number
  onCounted: (counted: StudyCounted) => void
}

/** Measures the study of one unit while the page that calls this is open. */
export function useStudyTime(studied: Studied): { flush: () => void } {
  const study = useStudy()
  const meter = new StudyMeter()
  let touchedAt = performance.now()
  const touch = (): void => {
    touchedAt = performance.now()
  }

  function isStudying(): boolean {
    if (!studied.isPlaying() || document.hidden) return false
    return !studied.needsHand() || performance.now() - touchedAt < IDLE_MS
  }

  function keep(beat: Beat | null): void {
    if (!beat || !study.value) return
    const { queue } = study.value
    queue.add({
      client_id: newId(),
      unit: studied.unit,
      starts_at: beat.startsAt,
      ends_at: beat.endsAt,
      position_ms: beat.positionMs,
      is_offline: !navigator.onLine,
    })
    void queue.send().then((counted) => counted && studied.onCounted(counted))
  }

  const tick = (): void => keep(meter.tick(isStudying(), performance.now(), Date.now(), studied.positionMs()))
  const flush = (): void => {
    tick()
    keep(meter.end(Date.now(), studied.positionMs()))
  }
  const timer = setInterval(tick, TICK_MS)
  const HANDS = ['pointerdown', 'scroll', 'keydown'] as const
  for (const hand of HANDS) document.addEventListener(hand, touch, { passive: true })
  document.addEventListener('visibilitychange', flush)
  onScopeDispose(() => {
    clearInterval(timer)
    for (const hand of HANDS) document.removeEventListener(hand, touch)
    document.removeEventListener('visibilitychange', flush)
    flush()
  })
  return { flush }
}
