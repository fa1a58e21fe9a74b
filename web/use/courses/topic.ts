// One topic of a run's board with its replies and the comments on them, and writing there.
import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import type { Refusal } from '@/client/refusal'
import type { Topic, TopicReply } from '@/client/generated/messages'
import { usePaged, type Paged } from '@/use/courses/paged'
import { useDevice } from '@/use/device'
import { useWork, type Work } from '@/use/work'

export interface TopicHandle extends Pick<Paged<TopicReply>, 'hasMore' | 'more'> {
  topic: Readonly<ShallowRef<Topic | null>>
  /** It was removed here, and nobody had replied. */
  isGone: Readonly<ShallowRef<boolean>>
  replies: ComputedRef<readonly TopicReply[]>
  commentsOn: (reply: string) => readonly TopicReply[]
  load: Work<[], void>
  /** What is being written, and what it comments on; null: it replies to the topic. */
  text: Ref<string>
  parent: ShallowRef<TopicReply | null>
  send: Work<[], void>
  /** null: the topic itself. Asks nothing: that is the page's to do. */
  remove: Work<[reply: string | null], void>
}

export function useTopic(id: string, onRefused: (refusal: Refusal) => void): TopicHandle {
  const { api } = useDevice()
  const topic = shallowRef<Topic | null>(null)
  const { items, hasMore, more, restart } = usePaged<TopicReply>(async (after) => {
    const page = await api.courses.replies(id, after)
    return { items: page.replies, next: page.next }
  })
  const load = useWork(async () => {
    topic.value = await api.courses.topic(id)
    restart()
  })
  void load.run()

  const text = ref('')
  const parent = shallowRef<TopicReply | null>(null)
  const send = useWork(async () => {
    await api.courses.reply(id, text.value, parent.value?.id ?? null)
    text.value = ''
    parent.value = null
    await load.run()
  }, onRefused)
  const isGone = shallowRef(false)
  const remove = useWork(async (reply: string | null) => {
    await (reply === null ? api.courses.removeTopic(id) : api.courses.removeReply(reply))
    isGone.value = reply === null && items.value?.length === 0
    if (!isGone.value) await load.run()
  }, onRefused)

  return {
    topic,
    isGone,
    replies: computed(() => (items.value ?? []).filter((each) => each.parent === null)),
    commentsOn: (reply) => (items.value ?? []).filter((each) => each.parent === reply),
    hasMore,
    more,
    load,
    text,
    parent,
    send,
    remove,
  }
}
