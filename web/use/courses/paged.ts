// A list that comes in pages.
import { computed, ref, shallowRef, type ComputedRef, type ShallowRef } from 'vue'
import { asRefusal } from '@/client/refusal'
import { useWork, type Work } from '@/use/work'

export interface Page<Item> {
  items: readonly Item[]
  next: string | null
}

export interface Paged<Item> {
  /** null: nothing came yet. */
  items: Readonly<ShallowRef<readonly Item[] | null>>
  hasMore: ComputedRef<boolean>
  more: Work<[], void>
  /** From the beginning; what was on its way counts no more. */
  restart: () => void
}

export function usePaged<Item>(fetch: (after: string | null) => Promise<Page<Item>>): Paged<Item> {
  const items = shallowRef<readonly Item[] | null>(null)
  const next = ref<string | null>(null)
  let turn = 0

  async function read(after: string | null, mine: number): Promise<void> {
    const page = await fetch(after)
    if (mine !== turn) return
    items.value = after === null ? page.items : [...(items.value ?? []), ...page.items]
    next.value = page.next
  }

  const more = useWork(() => read(next.value, turn))
  function restart(): void {
    turn += 1
    const mine = turn
    more.refusal.value = null
    items.value = null
    next.value = null
    read(null, mine).catch((thrown: unknown) => {
      if (mine === turn) more.refusal.value = asRefusal(thrown)
    })
  }
  return { items, hasMore: computed(() => next.value !== null), more, restart }
}
