// The posts of a discussion as far back as the reader went: the live ones and the earlier pages, without a hole.
import { computed, shallowRef, watch, type ComputedRef, type ShallowRef } from 'vue'
import type { Activity, Post } from '@/client/wire'
import { useDevice } from '@/use/device'
import { useWork, type Work } from '@/use/work'

export interface PostsHandle {
  /** Oldest first; consecutive numbers up to the newest. */
  posts: ComputedRef<readonly Post[]>
  byId: Readonly<ShallowRef<ReadonlyMap<string, Post>>>
  hasEarlier: ComputedRef<boolean>
  earlier: Work<[], void>
  /** A post was removed by us; the live ones say so by themselves, earlier pages do not. */
  forget: (post: string, by: 'author' | 'staff') => void
}

/**
 * The longest run of consecutive numbers that ends with the newest. After a long absence the live posts may begin
 * far behind those already here; what lies between must be asked for, not skipped.
 */
export function unbroken(posts: Iterable<Post>): readonly Post[] {
  const sorted = [...posts].sort((one, other) => one.number - other.number)
  let start = sorted.length - 1
  while (start > 0 && sorted[start - 1]?.number === (sorted[start]?.number ?? 0) - 1) start -= 1
  return sorted.slice(Math.max(0, start))
}

export function usePosts(activity: () => Activity): PostsHandle {
  const { api } = useDevice()
  const known = shallowRef<ReadonlyMap<string, Post>>(new Map())

  function keep(posts: readonly Post[]): void {
    known.value = new Map([...known.value, ...posts.map((post) => [post.id, post] as const)])
  }

  /** Who is named anew in the live ones is so in the earlier pages too (D15). */
  function follow(live: readonly Post[]): void {
    const renamed = new Map(live.filter((post) => (known.value.get(post.id) ?? post).author_name !== post.author_name).map((post) => [post.author, post.author_name]))
    const earlier = renamed.size === 0 ? [] : [...known.value.values()].filter((post) => renamed.has(post.author))
    keep([...earlier.map((post) => ({ ...post, author_name: renamed.get(post.author) ?? post.author_name })), ...live])
  }

  watch(() => activity().posts, follow, { immediate: true, flush: 'sync' })

  const posts = computed(() => unbroken(known.value.values()))
  const hasEarlier = computed(() => (posts.value[0]?.number ?? 1) > 1)
  const earlier = useWork(async () => {
    const first = posts.value[0]
    if (first) keep((await api.posts(activity().id, first.number)).posts)
  })

  function forget(id: string, by: 'author' | 'staff'): void {
    const post = known.value.get(id)
    if (post) keep([{ ...post, text: null, removed_by: post.removed_by ?? by }])
  }

  return { posts, byId: known, hasEarlier, earlier, forget }
}
