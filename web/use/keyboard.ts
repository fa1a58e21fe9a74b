// How much of the page's lower edge the phone's keyboard covers: browsers shrink only the visual viewport.
import { onScopeDispose, ref, type Ref } from 'vue'

export function useKeyboardHeight(): Readonly<Ref<number>> {
  const height = ref(0)
  const viewport = window.visualViewport
  if (!viewport) return height

  function measure(): void {
    // Pinched, the difference is the reader's doing.
    const covered = viewport!.scale > 1.01 ? 0 : window.innerHeight - viewport!.height - viewport!.offsetTop
    height.value = Math.max(0, Math.round(covered))
  }
  viewport.addEventListener('resize', measure)
  viewport.addEventListener('scroll', measure)
  onScopeDispose(() => {
    viewport.removeEventListener('resize', measure)
    viewport.removeEventListener('scroll', measure)
  })
  return height
}
