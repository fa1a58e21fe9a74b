// Whether the reader is at the end of a growing list: then it follows what comes, else it stays where it is read.
import { nextTick, onMounted, onScopeDispose, ref, watch, type Ref } from 'vue'

const NEAR_PX = 140

export interface Bottom {
  isAtBottom: Readonly<Ref<boolean>>
  /** How many came while the reader was reading further up. */
  nUnseen: Readonly<Ref<number>>
  toBottom: (behavior?: ScrollBehavior) => void
  /** Runs what adds lines above, and keeps what is on the screen where it is. */
  holding: (grow: () => Promise<unknown>) => Promise<void>
}

/** For a list that scrolls with the page. `newest`: a number that grows with each line at the end. */
export function useBottom(end: Readonly<Ref<Element | null>>, newest: () => number): Bottom {
  const isAtBottom = ref(true)
  const nUnseen = ref(0)

  function toBottom(behavior: ScrollBehavior = 'smooth'): void {
    window.scrollTo({ top: document.documentElement.scrollHeight, behavior })
  }

  const observer = new IntersectionObserver(
    (entries) => {
      isAtBottom.value = entries.some(({ isIntersecting }) => isIntersecting)
      if (isAtBottom.value) nUnseen.value = 0
    },
    { rootMargin: `0px 0px ${NEAR_PX}px 0px` },
  )
  onMounted(() => end.value && observer.observe(end.value))
  onScopeDispose(() => observer.disconnect())

  watch(newest, async (now, before) => {
    if (isAtBottom.value) {
      await nextTick()
      toBottom()
    } else nUnseen.value += Math.max(0, now - before)
  })

  async function holding(grow: () => Promise<unknown>): Promise<void> {
    const page = document.documentElement
    const fromEnd = page.scrollHeight - window.scrollY
    await grow()
    await nextTick()
    window.scrollTo({ top: page.scrollHeight - fromEnd })
  }

  return { isAtBottom, nUnseen, toBottom, holding }
}
