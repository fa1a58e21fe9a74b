import { describe, expect, test } from 'vitest'
import type { StudyUnit } from '@/client/generated/messages'
import { clearShelves, Shelf } from '@/client/study/shelf'

/** What a browser's cache storage does, as far as the shelf asks for it. */
class Caches {
  readonly #caches = new Map<string, Map<string, Response>>()

  async open(name: string): Promise<object> {
    const kept = this.#caches.get(name) ?? new Map<string, Response>()
    this.#caches.set(name, kept)
    return {
      put: async (key: string, response: Response) => {
        kept.set(key, new Response(await response.arrayBuffer(), { headers: response.headers }))
      },
      match: async (key: string) => kept.get(key)?.clone(),
      delete: async (key: string) => kept.delete(key),
      keys: async () => [...kept.keys()].map((key) => ({ url: `http://here${key}` })),
    }
  }

  async keys(): Promise<string[]> {
    return [...this.#caches.keys()]
  }

  async delete(name: string): Promise<boolean> {
    return this.#caches.delete(name)
  }
}

const storageOf = (made: Caches): CacheStorage => made as unknown as CacheStorage
const serving = (content: string, status = 200): typeof fetch => async () => new Response(content, { status })

function aUnit(id: string, file: string | null): StudyUnit {
  return {
    id,
    run: 'r',
    course_title: 'Algebra',
    title: `Unit ${id}`,
    kind: file === null ? 'rich_text' : 'video',
    text: file === null ? 'words' : null,
    duration_ms: null,
    file: file === null ? null : { id: file, name: 'v.mp4', content_type: 'video/mp4', size_bytes: 7, url: `http://here/files/courseware/${file}?s=1`, expires_at: 0 },
    progress: { unit: id, position_ms: 0, studied_ms: 0, completed_at: null },
    next: null,
  }
}

describe('courseware kept for offline', () => {
  test('is found again with its file, and its size is known (R54)', async () => {
    const shelf = new Shelf('me', storageOf(new Caches()), serving('content'))
    const shares: number[] = []
    await shelf.keep(aUnit('one', 'file'), (share) => shares.push(share))
    expect(shares.at(-1)).toBe(1)
    expect(await shelf.find('one')).toEqual(aUnit('one', 'file'))
    expect(await (await shelf.file('file'))?.text()).toBe('content')
    expect((await shelf.list()).map(({ unit, sizeBytes }) => [unit.id, sizeBytes])).toEqual([['one', 7]])
  })

  test('is removed with its file', async () => {
    const shelf = new Shelf('me', storageOf(new Caches()), serving('content'))
    await shelf.keep(aUnit('one', 'file'), () => undefined)
    await shelf.remove('one')
    expect([await shelf.find('one'), await shelf.file('file'), await shelf.list()]).toEqual([null, null, []])
  })

  test('is not half there when the file could not be had', async () => {
    for (const send of [serving('', 404), async () => Promise.reject(new TypeError('offline'))]) {
      const shelf = new Shelf('me', storageOf(new Caches()), send)
      await expect(shelf.keep(aUnit('one', 'file'), () => undefined)).rejects.toThrow()
      expect(await shelf.find('one')).toBeNull()
    }
  })

  test('is gone after a log-out, and for another account; what others keep in the browser stays (R55)', async () => {
    const made = new Caches()
    await made.open('workbox-precache')
    for (const account of ['me', 'other']) await new Shelf(account, storageOf(made)).keep(aUnit('page', null), () => undefined)
    await clearShelves('me', storageOf(made))
    expect(await made.keys()).toEqual(['workbox-precache', 'shangke-courseware-me'])
    await clearShelves(null, storageOf(made))
    expect(await made.keys()).toEqual(['workbox-precache'])
  })
})
