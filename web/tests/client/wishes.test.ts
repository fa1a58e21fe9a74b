// Unanswered commands survive a reload.
import { ANSWER_MS, MOMENT_MS } from '@/client/outbox'
import { createWishStore, type KeptWish } from '@/client/wishes'
import { IDBFactory } from 'fake-indexeddb'
import { expect, it } from 'vitest'

const wish = (id: string, madeAt: number, op = 'response.submit'): KeptWish => ({
  id,
  op,
  stream: 'R'.repeat(16),
  body: { text: '因为' },
  madeAt,
})

it('gives an account back what it left, oldest first', async () => {
  const factory = new IDBFactory()
  const store = createWishStore(factory)
  const now = Date.now()
  const [first, second, third] = [wish('c', now - 2), wish('a', now - 1), wish('b', now)]
  for (const each of [second, first, third]) store.keep('me', each)
  store.keep('other', wish('d', now))
  store.drop(['b'])
  store.drop([])
  // Reads come after the writes of the same page.
  await expect.poll(async () => await createWishStore(factory).load('me')).toEqual([first, second])
})

it('drops what is too old, and what comes from the future', async () => {
  const factory = new IDBFactory()
  const store = createWishStore(factory)
  const now = Date.now()
  store.keep('me', wish('old answer', now - ANSWER_MS))
  store.keep('me', wish('old wish', now - MOMENT_MS, 'session.start'))
  store.keep('me', wish('future', now + 60_000))
  store.keep('me', wish('fresh', now))
  await expect
    .poll(async () => (await createWishStore(factory).load('me')).map((each) => each.id))
    .toEqual(['fresh'])
})

it('does without where the browser has no database', async () => {
  const broken = {
    open: () => {
      throw new Error('private mode')
    },
  } as unknown as IDBFactory
  for (const factory of [undefined, broken]) {
    const store = createWishStore(factory)
    store.keep('me', wish('a', Date.now()))
    await expect(store.load('me')).resolves.toEqual([])
  }
})
