import { describe, expect, test, vi } from 'vitest'
import { Refusal } from '@/client/refusal'
import { usePaged, type Page } from '@/use/courses/paged'

/** A list whose pages the test answers by hand. */
function aList() {
  const asked: { after: string | null; answer: (page: Page<string>) => void; refuse: (why: Refusal) => void }[] = []
  const list = usePaged<string>((after) => new Promise((answer, refuse) => asked.push({ after, answer, refuse })))
  return { asked, list }
}

describe('a list in pages', () => {
  test('goes on where the page before ended', async () => {
    const { asked, list } = aList()
    list.restart()
    asked[0]?.answer({ items: ['a'], next: 'one' })
    await vi.waitFor(() => expect(list.hasMore.value).toBe(true))
    void list.more.run()
    asked[1]?.answer({ items: ['b'], next: null })
    await vi.waitFor(() => expect(list.items.value).toEqual(['a', 'b']))
    expect([asked.map(({ after }) => after), list.hasMore.value]).toEqual([[null, 'one'], false])
  })

  test('shows nothing of a search that was replaced by another', async () => {
    const { asked, list } = aList()
    list.restart()
    list.restart()
    asked[1]?.answer({ items: ['new'], next: null })
    await vi.waitFor(() => expect(list.items.value).toEqual(['new']))
    asked[0]?.answer({ items: ['old'], next: 'more' })
    await Promise.resolve()
    await Promise.resolve()
    expect([list.items.value, list.hasMore.value]).toEqual([['new'], false])
  })

  test('says why the first page did not come', async () => {
    const { asked, list } = aList()
    list.restart()
    asked[0]?.refuse(new Refusal('not_certified', { zh: '请先认证', en: 'Certify first' }, false))
    await vi.waitFor(() => expect(list.more.refusal.value?.code).toBe('not_certified'))
  })
})
