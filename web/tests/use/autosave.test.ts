import { effectScope } from 'vue'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Refusal } from '@/client/refusal'
import { useAutosave } from '@/use/autosave'

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => vi.useRealTimers())

/** A server that answers when it is told to. */
function aServer() {
  const asked: { value: string; answer: () => void; refuse: (retry: boolean) => void }[] = []
  const save = (value: string): Promise<void> =>
    new Promise((resolve, reject) => {
      asked.push({
        value,
        answer: resolve,
        refuse: (retry) => reject(new Refusal('slow_down', { zh: '慢点', en: 'Slow down.' }, retry)),
      })
    })
  return { asked, save, values: () => asked.map(({ value }) => value) }
}

function anAutosave(save: (value: string) => Promise<void>, isSavedAlready = false) {
  const scope = effectScope()
  const autosave = scope.run(() => useAutosave(save, isSavedAlready))
  if (!autosave) throw new Error('the scope is active')
  return { autosave, scope }
}

async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0)
}

describe('saving while typing', () => {
  test('begins with nothing to say, or with what the server has', () => {
    const { save } = aServer()
    expect([anAutosave(save).autosave.state.value, anAutosave(save, true).autosave.state.value]).toEqual(['clean', 'saved'])
  })

  test('waits for a pause and says so', async () => {
    const server = aServer()
    const { autosave } = anAutosave(server.save)
    autosave.change('a')
    await vi.advanceTimersByTimeAsync(700)
    autosave.change('ab')
    await vi.advanceTimersByTimeAsync(700)
    expect([autosave.state.value, server.values()]).toEqual(['waiting', []])
    await vi.advanceTimersByTimeAsync(100)
    expect([autosave.state.value, server.values()]).toEqual(['saving', ['ab']])
    server.asked[0]?.answer()
    await settled()
    expect(autosave.state.value).toBe('saved')
  })

  test('does not wait for ever for somebody who never pauses', async () => {
    const server = aServer()
    const { autosave } = anAutosave(server.save)
    for (let at = 0; at < 3_000; at += 300) {
      autosave.change(`typed for ${at} ms`)
      await vi.advanceTimersByTimeAsync(300)
    }
    expect(server.values()).toEqual(['typed for 2700 ms'])
  })

  test('is not saved while something newer is on the screen', async () => {
    const server = aServer()
    const { autosave } = anAutosave(server.save)
    autosave.change('a')
    autosave.flush()
    autosave.change('ab')
    server.asked[0]?.answer()
    await settled()
    expect(autosave.state.value).toBe('saving')
    await vi.advanceTimersByTimeAsync(800)
    expect(server.values()).toEqual(['a', 'ab'])
    server.asked[1]?.answer()
    await settled()
    expect(autosave.state.value).toBe('saved')
  })

  test('sends one save at a time', async () => {
    const server = aServer()
    const { autosave } = anAutosave(server.save)
    autosave.change('a')
    autosave.flush()
    autosave.change('ab')
    autosave.flush()
    await vi.advanceTimersByTimeAsync(10_000)
    expect(server.values()).toEqual(['a'])
  })

  test('says that it failed and tries again with the newest', async () => {
    const server = aServer()
    const { autosave } = anAutosave(server.save)
    autosave.change('a')
    autosave.flush()
    autosave.change('ab')
    server.asked[0]?.refuse(true)
    await settled()
    expect(autosave.state.value).toBe('failed')
    await vi.advanceTimersByTimeAsync(2_000)
    expect(server.values()).toEqual(['a', 'ab'])
  })

  test('does not repeat what can never succeed', async () => {
    const server = aServer()
    const { autosave } = anAutosave(server.save)
    autosave.change('a')
    autosave.flush()
    server.asked[0]?.refuse(false)
    await vi.advanceTimersByTimeAsync(60_000)
    expect([autosave.state.value, server.values()]).toEqual(['failed', ['a']])
  })

  test('saves at once when the page is left', () => {
    const server = aServer()
    const { autosave, scope } = anAutosave(server.save)
    autosave.change('a')
    scope.stop()
    expect(server.values()).toEqual(['a'])
  })

  test('sends nothing after it was submitted', async () => {
    const server = aServer()
    const { autosave } = anAutosave(server.save)
    autosave.change('a')
    autosave.stop()
    autosave.change('ab')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(server.values()).toEqual([])
  })
})
