import { beforeEach, describe, expect, test } from 'vitest'
import type { StudyCounted, StudySpan } from '@/client/generated/messages'
import { Refusal, unreachable } from '@/client/refusal'
import { StudyQueue } from '@/client/study/queue'

beforeEach(() => localStorage.clear())

function span(name: string): StudySpan {
  return { client_id: `beat-${name}`, unit: 'u'.repeat(16), starts_at: 0, ends_at: 15_000, position_ms: 0, is_offline: true }
}

/** A server that counts once what comes often, like ours. */
function aServer() {
  const counted = new Set<string>()
  const asked: number[] = []
  let failure: Error | null = null
  let losesAnswers = false
  return {
    counted,
    asked,
    fail: (error: Error | null) => (failure = error),
    loseAnswers: (loses: boolean) => (losesAnswers = loses),
    count: async (spans: readonly StudySpan[]): Promise<StudyCounted> => {
      asked.push(spans.length)
      if (failure) throw failure
      for (const { client_id } of spans) counted.add(client_id)
      if (losesAnswers) throw unreachable()
      return { spans: spans.map(({ client_id }) => ({ client_id, counted_ms: 15_000 })), progress: [] }
    },
  }
}

describe('study time that waits', () => {
  test('stays while there is no network, also after the page was closed, and goes when there is one (R56)', async () => {
    const server = aServer()
    server.fail(unreachable())
    const queue = new StudyQueue(localStorage, 'me', server.count)
    queue.add(span('one'))
    queue.add(span('two'))
    expect(await queue.send()).toBeNull()
    const reopened = new StudyQueue(localStorage, 'me', server.count)
    expect([reopened.waiting.length, reopened.waitingMs]).toEqual([2, 30_000])
    server.fail(null)
    await reopened.send()
    expect([reopened.waiting, [...server.counted]]).toEqual([[], ['beat-one', 'beat-two']])
  })

  test('is sent again when the answer was lost, under the same names', async () => {
    const server = aServer()
    const queue = new StudyQueue(localStorage, 'me', server.count)
    queue.add(span('one'))
    server.loseAnswers(true)
    await queue.send()
    expect(queue.waiting.map(({ client_id }) => client_id)).toEqual(['beat-one'])
    server.loseAnswers(false)
    await queue.send()
    expect([queue.waiting, server.counted.size]).toEqual([[], 1])
  })

  test('goes in parts, and what comes meanwhile waits for the next', async () => {
    const server = aServer()
    const queue = new StudyQueue(localStorage, 'me', server.count)
    for (let n = 0; n < 250; n += 1) queue.add(span(`${n}`))
    await queue.send()
    expect([server.asked, queue.waiting.length]).toEqual([[100, 100, 50], 0])
  })

  test('is not held up by what the server will never take', async () => {
    const server = aServer()
    const queue = new StudyQueue(localStorage, 'me', server.count)
    queue.add(span('bad'))
    server.fail(new Refusal('bad_field', { zh: '错', en: 'Wrong.' }, false))
    await queue.send()
    expect(queue.waiting).toEqual([])
  })

  test('is of one account: another one on this device neither sees nor sends it', async () => {
    const server = aServer()
    new StudyQueue(localStorage, 'me', server.count).add(span('mine'))
    const other = new StudyQueue(localStorage, 'other', server.count)
    await other.send()
    expect([other.waiting, server.asked]).toEqual([[], []])
  })

  test('tells who shows it', () => {
    const queue = new StudyQueue(localStorage, 'me', aServer().count)
    const seen: number[] = []
    const stop = queue.subscribe(() => seen.push(queue.waitingMs))
    queue.add(span('one'))
    stop()
    queue.add(span('two'))
    expect(seen).toEqual([15_000])
  })

  test('begins anew where the storage holds what is not ours', () => {
    localStorage.setItem('shangke.study.me', '{"not":"a list"')
    expect(new StudyQueue(localStorage, 'me', aServer().count).waiting).toEqual([])
  })
})
